package dev.weft.install;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A file in {@code /etc} that is Weft's until somebody changes it. */
final class OwnedFile implements Part {
  private final Disk disk;
  private final Ledger ledger;
  private final Report report;
  private final Path path;
  private final Path place;
  private final byte @Nullable [] content;

  private boolean changes;

  /**
   * @param path as the node sees it
   * @param content what shall stand there; null to leave it as it is
   */
  OwnedFile(
      Disk disk,
      Places places,
      Ledger ledger,
      Report report,
      Path path,
      byte @Nullable [] content) {
    this.disk = disk;
    this.ledger = ledger;
    this.report = report;
    this.path = path;
    this.content = content;
    place = places.here(path);
  }

  Path place() {
    return place;
  }

  boolean exists() {
    return Files.exists(place, NOFOLLOW_LINKS);
  }

  /** True if the content is to be, or was, put in place. */
  boolean changes() {
    return changes;
  }

  @Override
  public void prepare() throws IOException {
    if (Files.isDirectory(directory())) {
      disk.delete(draft());
    }
    if (content == null) {
      return;
    }
    if (exists()) {
      if (Files.isRegularFile(place, NOFOLLOW_LINKS)
          && Arrays.equals(Files.readAllBytes(place), content)) {
        return;
      }
      if (!isUnchanged()) {
        report.noted(
            "kept " + place + " as it is, for it was changed by hand; move it away to have Weft's");
        return;
      }
    }
    disk.createDirectories(directory());
    disk.create(draft(), content, false);
    ledger.note(path, content);
    changes = true;
  }

  @Override
  public void putInPlace() throws IOException {
    if (changes) {
      disk.rename(draft(), place);
      report.changed("wrote " + place);
      disk.sync(directory());
    }
  }

  @Override
  public void discard() throws IOException {
    disk.delete(draft());
  }

  /** Deletes the file unless somebody has changed it. */
  void uninstall() throws IOException {
    if (Files.isDirectory(directory())) {
      disk.delete(draft());
    }
    if (exists()) {
      if (isUnchanged()) {
        disk.delete(place);
        report.changed("removed " + place);
        disk.sync(directory());
      } else {
        report.noted("left " + place + ", for it was changed by hand");
      }
    }
  }

  private boolean isUnchanged() throws IOException {
    return Files.isRegularFile(place, NOFOLLOW_LINKS)
        && ledger.wrote(path, Files.readAllBytes(place));
  }

  private Path directory() {
    return place.resolveSibling("");
  }

  /** No runtime reads this ending, and systemd neither. */
  private Path draft() {
    return place.resolveSibling(place.getFileName() + ".new");
  }
}
