package dev.weft.install;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The home of Weft: a link to one of the versions that lie in a directory beside it.
 *
 * <p>A version is never changed. The one that was in use before the last turn of the link stays,
 * for processes that started from it, and so does any that a process still runs from.
 *
 * <p>A home that is a directory with something in it was put there by hand. It is used as it is if
 * it is the running distribution, and refused otherwise: there is no way to put a link in place of
 * a directory without a moment in which neither is there and every call of a plugin fails.
 */
final class Versions implements Part {
  private final Disk disk;
  private final Report report;
  private final Distribution running;
  private final Path home;
  private final Path versions;

  private @Nullable Path target;
  private boolean copied;
  private boolean turns;

  Versions(Disk disk, Places places, Report report, Distribution running) {
    this.disk = disk;
    this.report = report;
    this.running = running;
    home = places.here(places.home());
    versions = places.here(places.versions());
  }

  /** The distribution that the home leads to once everything is in place. */
  Path inUse() {
    return target == null ? running.home() : target;
  }

  @Override
  public void prepare() throws IOException {
    target = null;
    if (Files.isDirectory(home, NOFOLLOW_LINKS)) {
      if (Files.isSameFile(home, running.home())) {
        return;
      }
      if (!Tree.entries(home).isEmpty()) {
        throw new InstallException(
            home
                + " is a directory that was put there by hand; move it away ('mv "
                + home
                + " "
                + home
                + ".old') and run this again, or upgrade it by hand");
      }
    }
    if (versions.startsWith(running.home())) {
      throw new InstallException(
          versions + " lies within the distribution to be installed; choose another --home");
    }
    disk.createDirectories(versions);
    removeDrafts(disk, versions);
    disk.delete(draft(home));
    Path version = stored();
    target = version;
    turns = !Optional.of(linkText(version)).equals(link(home));
    if (turns) {
      disk.symlink(draft(home), linkText(version));
    }
  }

  @Override
  public void putInPlace() throws IOException {
    Path version = target;
    if (version == null || !turns) {
      return;
    }
    if (copied) {
      report.changed("copied " + running.home() + " to " + version);
    }
    removeOlder(version);
    if (Files.isDirectory(home, NOFOLLOW_LINKS)) {
      disk.delete(home);
    }
    disk.rename(draft(home), home);
    report.changed("linked " + home + " to " + version);
    disk.sync(home.resolveSibling(""));
  }

  @Override
  public void discard() throws IOException {
    disk.delete(draft(home));
    if (Files.isDirectory(versions)) {
      removeDrafts(disk, versions);
    }
    if (copied && target != null && Files.exists(target) && !isInUse(target)) {
      remove(target);
    }
  }

  /** Takes the link away, so that nobody starts from it any more, and then the versions. */
  static void uninstall(Disk disk, Places places, Report report) throws IOException {
    Path home = places.here(places.home());
    Path versions = places.here(places.versions());
    Path directory = home.resolveSibling("");
    if (Files.isDirectory(directory)) {
      disk.delete(draft(home));
    }
    Optional<Path> link = link(home);
    if (link.isPresent() && home.resolveSibling(link.get()).startsWith(versions)) {
      disk.delete(home);
      report.changed("removed " + home);
      disk.sync(directory);
    } else if (Files.exists(home, NOFOLLOW_LINKS)) {
      report.noted("left " + home + ", which was put there by hand");
    }
    if (Files.isDirectory(versions)) {
      new Tree(versions).delete(disk);
      report.changed("removed " + versions);
      disk.sync(directory);
    }
  }

  /** Where the running distribution lies as a version, after it was copied if need be. */
  private Path stored() throws IOException {
    if (running.home().startsWith(versions.toRealPath())) {
      return versions.resolve(running.home().getFileName());
    }
    String name = running.version() + "-" + running.tree().digest().substring(0, 12);
    // A version that looks otherwise than its name says was damaged, and may be in use.
    for (int damaged = 0; ; damaged++) {
      Path version = versions.resolve(damaged == 0 ? name : name + "." + damaged);
      if (!Files.exists(version, NOFOLLOW_LINKS)) {
        copyTo(version);
        return version;
      }
      if (new Tree(version).looksLike(running.tree())) {
        return version;
      }
    }
  }

  private void copyTo(Path version) throws IOException {
    Path draft = version.resolveSibling(version.getFileName() + ".new");
    running.tree().copyTo(disk, draft);
    target = version;
    copied = true;
    disk.rename(draft, version);
    disk.sync(versions);
  }

  /** Before the link turns: afterwards nobody could tell the previous version from older ones. */
  private void removeOlder(Path next) throws IOException {
    for (Path version : Tree.entries(versions)) {
      if (!version.equals(next) && !isInUse(version) && !isRunning(version)) {
        remove(version);
        report.changed("removed " + version);
      }
    }
  }

  private void remove(Path version) throws IOException {
    Path draft = version.resolveSibling(version.getFileName() + ".old");
    disk.rename(version, draft);
    new Tree(draft).delete(disk);
  }

  private boolean isInUse(Path version) throws IOException {
    return Optional.of(linkText(version)).equals(link(home));
  }

  private static boolean isRunning(Path version) throws IOException {
    String inside = version.toRealPath() + "/";
    return ProcessHandle.allProcesses()
        .anyMatch(process -> process.info().command().orElse("").startsWith(inside));
  }

  private static void removeDrafts(Disk disk, Path versions) throws IOException {
    for (Path entry : Tree.entries(versions)) {
      String name = entry.getFileName().toString();
      if (name.endsWith(".new") || name.endsWith(".old")) {
        new Tree(entry).delete(disk);
      }
    }
  }

  private Path linkText(Path version) {
    return Path.of(versions.getFileName() + "/" + version.getFileName());
  }

  private static Path draft(Path home) {
    return home.resolveSibling(home.getFileName() + ".new");
  }

  private static Optional<Path> link(Path path) throws IOException {
    return Files.isSymbolicLink(path)
        ? Optional.of(Files.readSymbolicLink(path))
        : Optional.empty();
  }
}
