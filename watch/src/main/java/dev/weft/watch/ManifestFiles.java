package dev.weft.watch;

import dev.weft.services.Manifests;
import dev.weft.services.ObjectReading;
import dev.weft.services.Problem;
import dev.weft.services.ServiceObjects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What files and directories say, and said when they were looked at last. */
final class ManifestFiles {
  private final List<Path> roots;

  /** The files of each root that could be read, in their order. */
  private final Map<Path, Map<Path, ManifestFile>> known = new LinkedHashMap<>();

  private final ToldObjects told = new ToldObjects();
  private Set<Problem> problems = Set.of();
  private boolean away;
  private boolean unsettled;

  ManifestFiles(List<Path> roots) {
    this.roots = roots;
  }

  /** Whether a file changed while it was read, so that one should look again soon. */
  boolean isUnsettled() {
    return unsettled;
  }

  /**
   * Looks at all files and reads those that changed.
   *
   * @param touched files that something happened to, which are read even if they look the same
   * @param events is told what to follow
   * @return what there is to tell
   */
  List<ObjectEvent> look(Set<Path> touched, FileEvents events) {
    unsettled = false;
    boolean changed = false;
    Optional<String> missing = Optional.empty();
    for (Path root : roots) {
      try {
        changed |= look(root, touched, events);
      } catch (IOException | UncheckedIOException e) {
        missing = missing.or(() -> Optional.of(reason(root, e)));
      }
    }
    List<ObjectEvent> told = new ArrayList<>();
    if (changed && known.size() == roots.size()) {
      tellObjects(told);
    }
    if (missing.isPresent() != away) {
      away = missing.isPresent();
      told.add(missing.<ObjectEvent>map(ObjectEvent.Away::new).orElseGet(ObjectEvent.Back::new));
    }
    return told;
  }

  private static String reason(Path root, Exception e) {
    return Files.exists(root) ? root + " cannot be read: " + e : "there is no file " + root;
  }

  /** Whether anything changed. */
  private boolean look(Path root, Set<Path> touched, FileEvents events) throws IOException {
    follow(root.toAbsolutePath(), events);
    if (!Files.exists(root)) {
      throw new IOException();
    }
    Map<Path, ManifestFile> before = known.getOrDefault(root, Map.of());
    Map<Path, ManifestFile> now = new LinkedHashMap<>();
    for (Path file : Manifests.filesOf(root)) {
      if (Files.isSymbolicLink(file)) {
        followLink(file.toAbsolutePath(), events);
      }
      Optional<ManifestFile> last = Optional.ofNullable(before.get(file));
      ManifestFile next = ManifestFile.look(file, last, touched.contains(file.toAbsolutePath()));
      unsettled |= next.isUnsettled();
      now.put(file, next);
    }
    boolean changed = !known.containsKey(root) || !now.equals(before);
    known.put(root, now);
    return changed;
  }

  /** Follows a path that may come and go with any directory above it. */
  private static void follow(Path root, FileEvents events) {
    for (Path path = root; path != null; path = path.getParent()) {
      events.follow(path);
    }
    if (Files.isDirectory(root)) {
      events.followAll(root);
    }
  }

  /** Follows where a link leads; links on the way there lie beside it, as in a ConfigMap. */
  private static void followLink(Path link, FileEvents events) {
    try {
      events.follow(link.toRealPath());
      Path beside = link.getParent();
      if (beside != null) {
        events.followAll(beside);
      }
    } catch (IOException e) {
      // It leads nowhere any more; reading it will tell.
    }
  }

  private void tellObjects(List<ObjectEvent> to) {
    List<ObjectReading> readings = new ArrayList<>();
    List<Problem> others = new ArrayList<>();
    for (Map<Path, ManifestFile> files : known.values()) {
      for (ManifestFile file : files.values()) {
        readings.addAll(file.readings());
        others.addAll(file.problems());
      }
    }
    ServiceObjects objects = ServiceObjects.of(readings, others);
    tellProblems(objects.problems(), to);
    told.tell(objects, to);
  }

  private void tellProblems(Collection<Problem> all, List<ObjectEvent> to) {
    Set<Problem> now = new HashSet<>();
    for (Problem problem : all) {
      if (now.add(problem) && !problems.contains(problem)) {
        to.add(new ObjectEvent.Wrong(problem));
      }
    }
    problems = now;
  }
}
