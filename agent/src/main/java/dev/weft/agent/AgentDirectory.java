package dev.weft.agent;

import dev.weft.kernel.Flock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The directory of an agent's sockets, which only its own user may enter. Held by one agent at a
 * time; what one that was killed has left there is removed by the next.
 */
final class AgentDirectory implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(AgentDirectory.class.getName());

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final String LOCK = "agent.lock";
  private static final String SCRATCH = "scratch-";

  private final Path path;
  private final Flock lock;

  private AgentDirectory(Path path, Flock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the directory if there is none, and takes hold of it.
   *
   * @throws IOException if others may write to it, or another agent has it
   */
  static AgentDirectory take(Path path) throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PRIVATE));
    } catch (FileAlreadyExistsException e) {
      requirePrivate(path);
    }
    Optional<Flock> lock = Flock.tryExclusive(path.resolve(LOCK));
    if (lock.isEmpty()) {
      throw new IOException("another agent runs already with its socket in " + path);
    }
    AgentDirectory directory = new AgentDirectory(path, lock.get());
    deleteLeftovers(path);
    Files.createDirectory(directory.scratch(), PosixFilePermissions.asFileAttribute(PRIVATE));
    return directory;
  }

  /**
   * Callers of a warm-up may have outlived their agent, and write where it told them a moment
   * longer. What they keep from being deleted is deleted by the next agent.
   */
  private static void deleteLeftovers(Path path) throws IOException {
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(path, SCRATCH + "*")) {
      for (Path leftover : leftovers) {
        try {
          delete(leftover);
        } catch (IOException | UncheckedIOException e) {
          LOG.log(Level.FINE, "something is left of an agent before", e);
        }
      }
    }
  }

  /** The number of the process whose agent has the directory, if there is one that can be seen. */
  static OptionalInt holder(Path path) throws IOException {
    return Flock.holder(path.resolve(LOCK));
  }

  private static void requirePrivate(Path path) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Set<PosixFilePermission> others = EnumSet.noneOf(PosixFilePermission.class);
    others.addAll(attributes.permissions());
    others.removeAll(PRIVATE);
    if (!attributes.isDirectory() || !others.isEmpty()) {
      throw new IOException(
          path
              + " has the mode "
              + PosixFilePermissions.toString(attributes.permissions())
              + ", but should be a directory that only its owner may enter: chmod 0700 it, or"
              + " choose a directory of the agent's own");
    }
    Object owner = Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!owner.equals(self)) {
      throw new IOException(
          path + " has the owner " + owner + ", but should belong to the agent's own user " + self);
    }
  }

  /** A place for files that nobody needs after this agent. */
  Path scratch() {
    return path.resolve(SCRATCH + ProcessHandle.current().pid());
  }

  static void delete(Path tree) throws IOException {
    if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> files = Files.walk(tree)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    deleteLeftovers(path);
    lock.close();
  }
}
