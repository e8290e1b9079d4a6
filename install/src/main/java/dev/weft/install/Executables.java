package dev.weft.install;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The plugins where runtimes look for them.
 *
 * <p>All names lead to one file, a copy of the launcher, so that a plugin of ours that calls
 * another sees that it is itself. A copy finds its home only in {@code /opt/weft}; for any other
 * home the names are symbolic links into it.
 *
 * <p>An executable of somebody else's under one of the names is kept beside it. Ours are known by
 * what is in them, whoever put them there.
 */
final class Executables implements Part {
  private static final String DRAFT = ".weft-new";
  private static final String ASIDE = ".before-weft";

  private final Disk disk;
  private final Places places;
  private final Report report;
  private final Path directory;
  private final List<String> names = new ArrayList<>();
  private final List<String> stale = new ArrayList<>();
  private final List<String> foreign = new ArrayList<>();
  private byte[] launcher = {};

  Executables(Disk disk, Places places, Report report) {
    this.disk = disk;
    this.places = places;
    this.report = report;
    directory = places.here(places.programs());
  }

  /** What shall be put in place; nothing unless this is called. */
  Executables of(Distribution distribution) throws IOException {
    names.addAll(distribution.plugins());
    launcher = Files.readAllBytes(distribution.launcher());
    return this;
  }

  @Override
  public void prepare() throws IOException {
    if (isHome()) {
      names.clear();
      return;
    }
    disk.createDirectories(directory);
    removeDrafts();
    stale.addAll(ours());
    stale.removeAll(names);
    if (isUpToDate()) {
      names.clear();
      return;
    }
    for (String name : names) {
      Path place = directory.resolve(name);
      if (Files.isDirectory(place, NOFOLLOW_LINKS)) {
        throw new InstallException(
            place + " is a directory, but should be a plugin's executable; move it away");
      }
      if (Files.exists(place, NOFOLLOW_LINKS) && !isOurs(place)) {
        disk.link(place, draft(aside(name)));
        foreign.add(name);
      }
    }
    if (places.hasDefaultHome()) {
      disk.create(draft(directory.resolve("weft")), launcher, true);
      for (String name : names) {
        disk.link(draft(directory.resolve("weft")), draft(directory.resolve(name)));
      }
    } else {
      for (String name : names) {
        disk.symlink(draft(directory.resolve(name)), target(name));
      }
    }
    disk.sync(directory);
  }

  @Override
  public void putInPlace() throws IOException {
    for (String name : names) {
      Path place = directory.resolve(name);
      if (foreign.contains(name)) {
        moveDraft(aside(name));
        report.changed("kept another's " + place + " as " + aside(name).getFileName());
      }
      moveDraft(place);
      report.changed("put " + place + " in place");
    }
    for (String name : stale) {
      takeAway(name);
    }
    if (!names.isEmpty()) {
      disk.delete(draft(directory.resolve("weft")));
    }
    if (!names.isEmpty() || !stale.isEmpty()) {
      disk.sync(directory);
    }
  }

  @Override
  public void discard() throws IOException {
    if (Files.isDirectory(directory)) {
      removeDrafts();
    }
  }

  /** Takes ours away, and gives the names back to those who had them before. */
  void uninstall() throws IOException {
    if (isHome() || !Files.isDirectory(directory)) {
      return;
    }
    removeDrafts();
    List<String> leaving = ours();
    for (String name : leaving) {
      takeAway(name);
    }
    for (Path kept : Tree.entries(directory)) {
      String name = kept.getFileName().toString();
      if (name.startsWith(".") && name.endsWith(ASIDE)) {
        giveBack(name.substring(1, name.length() - ASIDE.length()));
        leaving.add(name);
      }
    }
    if (!leaving.isEmpty()) {
      disk.sync(directory);
    }
  }

  private void takeAway(String name) throws IOException {
    Path place = directory.resolve(name);
    if (Files.exists(aside(name), NOFOLLOW_LINKS)) {
      giveBack(name);
    } else {
      disk.delete(place);
      report.changed("removed " + place);
    }
  }

  private void giveBack(String name) throws IOException {
    Path place = directory.resolve(name);
    if (!Files.exists(place, NOFOLLOW_LINKS) || isOurs(place)) {
      disk.rename(aside(name), place);
      report.changed("put back another's " + place);
    } else {
      report.noted("left " + aside(name) + ", for " + place + " is another's already");
    }
  }

  private boolean isUpToDate() throws IOException {
    for (String name : names) {
      Path place = directory.resolve(name);
      boolean good =
          places.hasDefaultHome()
              ? Files.isRegularFile(place, NOFOLLOW_LINKS)
                  && Files.isSameFile(place, directory.resolve(names.getFirst()))
                  && Files.isExecutable(place)
                  && Arrays.equals(Files.readAllBytes(place), launcher)
              : Files.isSymbolicLink(place) && Files.readSymbolicLink(place).equals(target(name));
      if (!good) {
        return false;
      }
    }
    return true;
  }

  /** The names that lead to a launcher of any version; never that of the program {@code weft}. */
  private List<String> ours() throws IOException {
    List<String> ours = new ArrayList<>();
    for (Path file : Tree.entries(directory)) {
      String name = file.getFileName().toString();
      if (!name.startsWith(".") && !name.equals("weft") && isOurs(file)) {
        ours.add(name);
      }
    }
    return ours;
  }

  private boolean isOurs(Path file) throws IOException {
    if (!Files.isSymbolicLink(file)) {
      return Launcher.is(file);
    }
    Path target = places.programs().resolve(Files.readSymbolicLink(file)).normalize();
    // The home may be gone by now.
    return target.startsWith(places.home().resolve("bin")) || Launcher.is(places.here(target));
  }

  /** True if runtimes are to look into Weft's own bin: then nothing is put there, or taken. */
  private boolean isHome() throws IOException {
    Path bin = places.home().resolve("bin");
    return places.programs().equals(bin)
        || (Files.exists(directory)
            && Files.exists(places.here(bin))
            && Files.isSameFile(places.here(bin), directory));
  }

  private Path target(String name) {
    return places.home().resolve("bin").resolve(name);
  }

  private Path aside(String name) {
    return directory.resolve("." + name + ASIDE);
  }

  /** A name that no runtime looks for. */
  private static Path draft(Path place) {
    String name = place.getFileName().toString();
    return place.resolveSibling((name.startsWith(".") ? "" : ".") + name + DRAFT);
  }

  /** A rename between two names of one file does nothing, so that its draft has to go as well. */
  private void moveDraft(Path place) throws IOException {
    disk.rename(draft(place), place);
    disk.delete(draft(place));
  }

  private void removeDrafts() throws IOException {
    for (Path file : Tree.entries(directory)) {
      String name = file.getFileName().toString();
      if (name.startsWith(".") && name.endsWith(DRAFT)) {
        disk.delete(file);
      }
    }
  }
}
