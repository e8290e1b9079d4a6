package dev.weft.pending;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.pending.DeleteRecords.Held;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as files. */
class DiskDeleteRecordsTest extends DeleteRecordsContract {
  @TempDir Path directory;

  @Override
  DiskDeleteRecords records() {
    return new DiskDeleteRecords(begun(), pending());
  }

  @Override
  void use() throws IOException {
    records().use();
  }

  private Path begun() {
    return directory.resolve("run/begun/1");
  }

  private Path pending() {
    return directory.resolve("lib/pending");
  }

  @Test
  void areForTheirOwnerAlone() throws Exception {
    try (Held held = hold(NAME)) {
      held.begin("begun".getBytes(UTF_8));
      assertEquals("rw-------", mode(begun().resolve(NAME)));
      assertEquals("rwx------", mode(begun()));
      assertEquals("rwx------", mode(directory.resolve("run")));
      held.keep("kept".getBytes(UTF_8));
      assertEquals("rw-------", mode(pending().resolve(NAME)));
      assertEquals("rwx------", mode(pending()));
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void passOverWhatTheyDidNotWrite() throws Exception {
    use();
    Files.createDirectories(pending());
    for (Path place : new Path[] {begun(), pending()}) {
      Files.writeString(place.resolve("README"), "what is this?");
      Files.writeString(place.resolve(NAME + ".new"), "half a rec");
      Files.createDirectory(place.resolve(NAME.replace('0', 'g')));
    }
    assertEquals(Set.of(), records().all().keySet());
  }

  @Test
  void putAsideADamagedRecordForPeopleToSee() throws Exception {
    keep("{\"plu");
    try (Held held = hold(NAME)) {
      held.setAside();
    }
    assertEquals("{\"plu", Files.readString(pending().resolve(NAME + ".damaged")));
  }

  @Test
  void leaveNoDraftOfWhatCannotBeKept() throws Exception {
    Files.createDirectories(pending().resolve(NAME).resolve("in the way"));
    try (Held held = hold(NAME)) {
      assertThrows(IOException.class, () -> held.keep("kept".getBytes(UTF_8)));
    }
    assertEquals(Set.of(NAME), names(pending()));
    assertEquals(Set.of(), names(begun()));
  }

  private static Set<String> names(Path place) throws IOException {
    try (var files = Files.list(place)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  @Test
  void areHeldByOneAtATimeWhileFilesComeAndGo() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      boolean settles = i % 2 == 0;
      threads[i] = Thread.ofPlatform().start(() -> takeTurns(records(), settles, inside, most));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1, most.get());
    assertTrue(records().all().isEmpty());
  }

  private static void takeTurns(
      DiskDeleteRecords records, boolean settles, AtomicInteger inside, AtomicInteger most) {
    int turns = 0;
    try {
      while (turns < 500) {
        Optional<Held> taken = records.tryHold(NAME);
        if (taken.isPresent()) {
          try (Held held = taken.get()) {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            turns++;
            Thread.onSpinWait();
            inside.decrementAndGet();
            if (settles) {
              held.settle();
            }
          }
        }
      }
    } catch (IOException e) {
      most.set(Integer.MAX_VALUE);
    }
  }
}
