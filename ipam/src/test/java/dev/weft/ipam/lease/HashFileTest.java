package dev.weft.ipam.lease;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table in a file against a plain list. */
class HashFileTest {
  @TempDir Path directory;

  /** What is done to a table. */
  enum Kind {
    ADD,
    PUT,
    REMOVE,
    REOPEN
  }

  /** One change of a table, of records with a key and one word more. */
  record Change(Kind kind, long key, long value) {
    long[] toRecord() {
      return new long[] {key, value};
    }
  }

  @Property(tries = 200)
  void holdsWhatAListHolds(@ForAll("changes") List<Change> changes) throws IOException {
    Path file = Files.createTempFile("hash", "");
    List<long[]> list = new ArrayList<>();
    HashFile table = HashFile.create(file, new LinuxDisk(), 1, 2, List.of());
    try {
      for (Change change : changes) {
        switch (change.kind) {
          case ADD -> {
            table.add(change.toRecord());
            list.add(change.toRecord());
          }
          case PUT -> {
            if (values(list, change.key).size() <= 1) {
              table.put(change.toRecord());
              list.removeIf(record -> record[0] == change.key);
              list.add(change.toRecord());
            }
          }
          case REMOVE -> {
            table.remove(change.toRecord());
            list.stream()
                .filter(record -> Arrays.equals(record, change.toRecord()))
                .findFirst()
                .ifPresent(list::remove);
          }
          case REOPEN -> {
            table.close();
            table = HashFile.open(file, new LinuxDisk(), 1, 2);
          }
        }
        for (long key = 1; key <= 40; key++) {
          assertEquals(values(list, key), found(table, key), change.toString());
        }
      }
    } finally {
      table.close();
      Files.delete(file);
    }
  }

  @Test
  void keepsManyRecordsThroughGrowth() throws IOException {
    Path file = directory.resolve("table");
    try (HashFile table = HashFile.create(file, new LinuxDisk(), 1, 2, List.of())) {
      for (long key = 1; key <= 5000; key++) {
        table.add(new long[] {key, -key});
      }
      for (long key = 1; key <= 5000; key++) {
        assertArrayEquals(new long[] {key, -key}, table.find(key).getFirst());
      }
      assertEquals(List.of(), table.find(5001));
    }
  }

  @Test
  void refusesAFileThatIsNoTable() throws IOException {
    Path file = directory.resolve("table");
    Files.write(file, new byte[100]);
    assertThrows(IOException.class, () -> HashFile.open(file, new LinuxDisk(), 1, 2));
    HashFile.create(file, new LinuxDisk(), 1, 2, List.of()).close();
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 500));
    assertThrows(IOException.class, () -> HashFile.open(file, new LinuxDisk(), 1, 2));
  }

  private static List<Long> values(List<long[]> list, long key) {
    return list.stream().filter(r -> r[0] == key).map(r -> r[1]).sorted().toList();
  }

  private static List<Long> found(HashFile table, long key) throws IOException {
    return table.find(key).stream().map(record -> record[1]).sorted().toList();
  }

  @Provide
  Arbitrary<List<Change>> changes() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.longs().between(1, 40),
            Arbitraries.longs().between(0, 2))
        .as(Change::new)
        .list()
        .ofMaxSize(120);
  }
}
