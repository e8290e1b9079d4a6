package dev.weft.ipam.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.cni.Attachment;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Leases on disk against those in memory: whatever we, the reference plugin and restarts of the
 * machine do, in whatever order, both give the same answers.
 */
class LeasesTest {
  private static final IpAddress FIRST = IpAddress.of("10.1.15.250");
  private static final IpAddress LAST = FIRST.plus(11); // across a block of the bit map

  /** What may happen to the leases. */
  enum Kind {
    RESERVE,
    RELEASE,
    FOREIGN_ADD,
    FOREIGN_ADD_OF_OLD_FORM,
    FOREIGN_CRASH,
    FOREIGN_DELETE,
    REBOOT,
    LOSE_INDEX,
    SPOIL_INDEX
  }

  /** One thing that happens to the leases. */
  record Event(Kind kind, int who, int where) {
    IpAddress address() {
      return FIRST.plus(where);
    }

    Attachment attachment() {
      return LeasesTest.attachment(who);
    }
  }

  @Property(tries = 80)
  void answerAlikeOnDiskAndInMemory(@ForAll("events") List<Event> events) throws IOException {
    Path dataDir = Files.createTempDirectory("leases");
    try {
      Machine machine = new Machine(dataDir);
      for (Event event : events) {
        machine.happen(event);
        machine.compare("after " + event);
      }
    } finally {
      delete(dataDir);
    }
  }

  /** The same network twice. */
  private static final class Machine {
    private final Path dataDir;
    private final NetworkFiles files;
    private final MemoryLeaseStore memory = new MemoryLeaseStore();
    private int boots = 1;
    private Instant started = Instant.now().minusSeconds(60);

    Machine(Path dataDir) throws IOException {
      this.dataDir = dataDir;
      this.files = NetworkFiles.of(dataDir, "net");
      onDisk().close();
    }

    private Leases onDisk() throws IOException {
      return new DiskLeaseStore(new LinuxDisk(), new GivenBoot("boot" + boots, started))
          .open(dataDir, "net");
    }

    void happen(Event event) throws IOException {
      if (event.kind == Kind.REBOOT) {
        memory.reboot();
      }
      try (Leases twin = memory.open(dataDir, "net")) {
        happen(event, twin, files.lease(event.address()));
      }
    }

    private void happen(Event event, Leases twin, Path file) throws IOException {
      IpAddress address = event.address();
      switch (event.kind) {
        case RESERVE -> {
          try (Leases leases = onDisk()) {
            assertEquals(
                twin.reserve(0, address, event.attachment()),
                leases.reserve(0, address, event.attachment()));
          }
        }
        case RELEASE -> {
          twin.release(address);
          try (Leases leases = onDisk()) {
            leases.release(address);
          }
        }
        case FOREIGN_ADD -> {
          if (Files.notExists(file)) {
            Files.write(file, Holder.of(event.attachment()).toBytes());
            Files.writeString(files.lastReserved(0), address.toString());
            twin.reserve(0, address, event.attachment());
          }
        }
        case FOREIGN_ADD_OF_OLD_FORM -> {
          if (Files.notExists(file)) {
            Holder holder = Holder.ofContainer(event.attachment());
            Files.write(file, holder.toBytes());
            MemoryLeaseStore.putForeign(twin, holder.lease(address, false));
          }
        }
        case FOREIGN_CRASH -> {
          if (Files.notExists(file)) {
            Files.createFile(file);
          }
        }
        case FOREIGN_DELETE -> {
          Files.deleteIfExists(file);
          twin.release(address);
        }
        case REBOOT -> {
          boots++;
          started = Instant.now().plusSeconds(3600); // all leases are older than that
          onDisk().close();
          started = Instant.now().minusSeconds(60);
        }
        case LOSE_INDEX -> {
          Files.deleteIfExists(files.owners());
          Files.deleteIfExists(files.taken());
        }
        case SPOIL_INDEX -> Files.write(files.owners(), new byte[10]);
      }
    }

    void compare(String when) throws IOException {
      try (Leases twin = memory.open(dataDir, "net");
          Leases leases = onDisk()) {
        for (int who = 0; who < 6; who++) {
          List<Lease> held = leases.heldBy(attachment(who));
          assertEquals(sorted(twin.heldBy(attachment(who))), sorted(held), when);
        }
        for (IpAddress from = FIRST; from.compareTo(LAST) <= 0; from = from.plus(1)) {
          assertEquals(twin.firstFree(from, LAST), leases.firstFree(from, LAST), when);
          assertEquals(twin.at(from), leases.at(from), when);
        }
        assertEquals(twin.orphans(), leases.orphans(), when);
        assertEquals(sorted(twin.all()), sorted(leases.all()), when);
        assertEquals(twin.lastReserved(0), leases.lastReserved(0), when);
        assertEquals(Optional.empty(), leases.lastReserved(1), when);
      }
    }
  }

  private static Attachment attachment(int who) {
    return new Attachment("container" + who / 2, "eth" + who % 2);
  }

  private static List<Lease> sorted(List<Lease> leases) {
    List<Lease> sorted = new ArrayList<>(leases);
    sorted.sort(Comparator.comparing(Lease::address));
    return sorted;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Provide
  Arbitrary<List<Event>> events() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, 5),
            Arbitraries.integers().between(0, 11))
        .as(Event::new)
        .list()
        .ofMaxSize(30);
  }
}
