package dev.weft.watch;

import dev.weft.services.EndpointSlice;
import dev.weft.services.Manifests;
import dev.weft.services.ObjectName;
import dev.weft.services.ObjectReading;
import dev.weft.services.Problem;
import dev.weft.services.Service;
import dev.weft.services.ServiceObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a file says.
 *
 * @param stamp what changes whenever the file does, as seen before it was read
 * @param readings with their problems; those that stand from before come last, without
 * @param problems with what is no object
 * @param isUnsettled whether it changed while it was read
 */
record ManifestFile(
    Map<String, Object> stamp,
    List<ObjectReading> readings,
    List<Problem> problems,
    boolean isUnsettled) {

  ManifestFile {
    readings = List.copyOf(readings);
    problems = List.copyOf(problems);
  }

  /**
   * Looks at a file, and reads it if that is needed.
   *
   * @param before what it said last
   * @param touched whether it must be read even if it looks the same
   */
  static ManifestFile look(Path file, Optional<ManifestFile> before, boolean touched) {
    Map<String, Object> stamp = stamp(file);
    if (before.isPresent()
        && !touched
        && !before.get().isUnsettled()
        && before.get().stamp().equals(stamp)) {
      return before.get();
    }
    Manifests manifests = Manifests.read(List.of(file));
    List<ObjectReading> readings = manifests.objects().stream().map(ObjectReading::of).toList();
    boolean unsettled = !stamp.equals(stamp(file));
    if (before.isEmpty()) {
      return new ManifestFile(stamp, readings, manifests.problems(), unsettled);
    }
    ManifestFile last = before.get();
    if (unsettled) {
      return new ManifestFile(stamp, last.readings(), last.problems(), true);
    }
    boolean empty = stamp.get("size") instanceof Long size && size == 0;
    boolean broken =
        empty
            || hasError(manifests.problems())
            || readings.stream().anyMatch(reading -> hasError(reading.problems()));
    return broken
        ? last.amended(file, stamp, readings, manifests.problems())
        : new ManifestFile(stamp, readings, manifests.problems(), false);
  }

  /** Nothing if it is gone, or cannot be looked at. */
  private static Map<String, Object> stamp(Path file) {
    try {
      return Map.copyOf(Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime"));
    } catch (IOException e) {
      return Map.of();
    }
  }

  private static boolean hasError(List<Problem> problems) {
    return problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
  }

  /** What it says if something in it is wrong: what is good counts, and nothing goes. */
  private ManifestFile amended(
      Path file,
      Map<String, Object> newStamp,
      List<ObjectReading> newReadings,
      List<Problem> newProblems) {
    Set<Key> renewed = new HashSet<>();
    newReadings.forEach(reading -> reading.object().map(Key::of).ifPresent(renewed::add));
    List<ObjectReading> all = new ArrayList<>(newReadings);
    List<Problem> allProblems = new ArrayList<>(newProblems);
    int kept = 0;
    for (ObjectReading reading : readings) {
      if (reading.object().map(Key::of).filter(key -> !renewed.contains(key)).isPresent()) {
        all.add(new ObjectReading(reading.label(), reading.object(), reading.since(), List.of()));
        kept++;
      }
    }
    if (kept > 0) {
      allProblems.add(
          Problem.warning(
              file
                  + ": "
                  + kept
                  + (kept == 1 ? " object that it" : " objects that it")
                  + " has no more, or wrongly, will stand until there is no error in it"
                  + " and it is not empty"));
    }
    return new ManifestFile(newStamp, all, allProblems, false);
  }

  /** What tells objects apart. */
  private record Key(boolean isService, ObjectName name) {
    static Key of(ServiceObject object) {
      return switch (object) {
        case Service service -> new Key(true, service.name());
        case EndpointSlice slice -> new Key(false, slice.name());
      };
    }
  }
}
