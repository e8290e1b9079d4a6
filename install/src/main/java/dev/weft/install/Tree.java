package dev.weft.install;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A directory with all that is in it: directories, files and symbolic links. */
record Tree(Path root) {

  /** A mode as it is installed: nobody but the owner may change what everybody runs. */
  static Set<PosixFilePermission> installedMode(Set<PosixFilePermission> mode) {
    EnumSet<PosixFilePermission> installed = EnumSet.of(PosixFilePermission.OWNER_READ);
    installed.addAll(mode);
    installed.remove(PosixFilePermission.GROUP_WRITE);
    installed.remove(PosixFilePermission.OTHERS_WRITE);
    return installed;
  }

  /** What is in a directory itself, by name; nothing if there is no such directory. */
  static List<Path> entries(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (NoSuchFileException e) {
      return entries;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(entries);
    return entries;
  }

  /**
   * A name for the content, times included: the archive of classes holds only for jars of the time
   * that it knows.
   *
   * @return hexadecimal digits of a SHA-256
   */
  String digest() throws IOException {
    MessageDigest digest = Sha256.start();
    byte[] buffer = new byte[1 << 16];
    for (Path path : paths()) {
      digest.update((description(path) + "\n").getBytes(UTF_8));
      if (Files.isRegularFile(path, NOFOLLOW_LINKS)) {
        try (InputStream in = Files.newInputStream(path)) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            digest.update(buffer, 0, n);
          }
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** True if the other has the same names, sizes, modes and times. */
  boolean looksLike(Tree other) throws IOException {
    return descriptions().equals(other.descriptions());
  }

  /** Copies everything to a directory that does not exist; all of it is on the disk afterwards. */
  void copyTo(Disk disk, Path target) throws IOException {
    List<Path> directories = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    for (Path path : paths()) {
      Path copy = target.resolve(root.relativize(path).toString());
      if (Files.isSymbolicLink(path)) {
        disk.symlink(copy, Files.readSymbolicLink(path));
      } else if (Files.isDirectory(path)) {
        disk.createDirectories(copy);
        directories.add(copy);
      } else if (Files.isRegularFile(path)) {
        disk.copy(path, copy);
        files.add(copy);
      } else {
        throw new FileSystemException(path.toString(), null, "neither file, directory nor link");
      }
    }
    // Only now: the first sync takes the file system's journal with it, for all of them.
    for (Path file : files) {
      disk.sync(file);
    }
    for (Path directory : directories) {
      disk.sync(directory);
    }
  }

  /** Deletes everything; nothing happens if there is nothing. */
  void delete(Disk disk) throws IOException {
    if (!Files.exists(root, NOFOLLOW_LINKS)) {
      return;
    }
    for (Path path : paths().reversed()) {
      disk.delete(path);
    }
  }

  private List<String> descriptions() throws IOException {
    List<String> descriptions = new ArrayList<>();
    for (Path path : paths()) {
      descriptions.add(description(path));
    }
    return descriptions;
  }

  private String description(Path path) throws IOException {
    String name = root.relativize(path).toString();
    PosixFileAttributes attributes =
        Files.readAttributes(path, PosixFileAttributes.class, NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      return name + " -> " + Files.readSymbolicLink(path);
    }
    if (attributes.isDirectory()) {
      return name + "/";
    }
    // Not every file system, and no tar, keeps more than seconds.
    return name
        + " "
        + PosixFilePermissions.toString(installedMode(attributes.permissions()))
        + " "
        + attributes.size()
        + " "
        + attributes.lastModifiedTime().to(TimeUnit.SECONDS);
  }

  /** The root first; each directory before what is in it. */
  private List<Path> paths() throws IOException {
    List<Path> paths = new ArrayList<>();
    paths.add(root);
    if (Files.isDirectory(root, NOFOLLOW_LINKS)) {
      for (Path entry : entries(root)) {
        paths.addAll(new Tree(entry).paths());
      }
    }
    return paths;
  }
}
