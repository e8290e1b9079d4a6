package dev.weft.install;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What Weft ever wrote under which name, so that it knows a file that somebody has changed since. A
 * content is noted before it is put in place: a note too many does no harm.
 *
 * @param file lines of a digest and a path of the node, as sha256sum(1) writes them
 */
record Ledger(Disk disk, Path file) {

  /** True if this content was once written to this path. */
  boolean wrote(Path path, byte[] content) throws IOException {
    return lines().contains(line(path, content));
  }

  void note(Path path, byte[] content) throws IOException {
    List<String> lines = lines();
    if (!lines.contains(line(path, content))) {
      lines.add(line(path, content));
      write(lines);
    }
  }

  /** Ends with the last file that is as Weft wrote it; takes no space, for the disk may be full. */
  void uninstall(Places places) throws IOException {
    for (String line : lines()) {
      Path path = Path.of(line.substring(line.indexOf("  ") + 2));
      Path place = places.here(path);
      if (Files.isRegularFile(place, NOFOLLOW_LINKS) && wrote(path, Files.readAllBytes(place))) {
        return;
      }
    }
    disk.delete(draft());
    disk.delete(file);
  }

  private static String line(Path path, byte[] content) {
    return Sha256.of(content) + "  " + path;
  }

  private List<String> lines() throws IOException {
    return Files.exists(file) ? new ArrayList<>(Files.readAllLines(file)) : new ArrayList<>();
  }

  private void write(List<String> lines) throws IOException {
    disk.createDirectories(file.resolveSibling(""));
    disk.delete(draft());
    disk.create(draft(), (String.join("\n", lines) + "\n").getBytes(UTF_8), false);
    disk.rename(draft(), file);
    disk.sync(file.resolveSibling(""));
  }

  private Path draft() {
    return file.resolveSibling(file.getFileName() + ".new");
  }
}
