package dev.weft.ipam.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Attachment;
import dev.weft.ipam.lease.FailingDisk.Fault;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that is killed in any step of its work, or that the kernel refuses any step, neither
 * loses an address nor gives one twice.
 */
class CrashTest {
  private static final IpAddress FIRST = IpAddress.of("10.1.0.1");
  private static final IpAddress LAST = IpAddress.of("10.1.0.6");
  private static final int POOL = 6;

  @TempDir Path directory;

  /** What a runtime knows: the answers that it had, and the call that was never answered. */
  private static final class Caller {
    private final Map<Attachment, IpAddress> answered = new HashMap<>();
    private Optional<Attachment> unanswered = Optional.empty();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void anyStepMayGoWrong(Fault fault) throws IOException {
    FailingDisk sound = new FailingDisk(fault, Integer.MAX_VALUE);
    work(sound, directory.resolve("sound"), new Caller());
    assertTrue(sound.steps() > 40, "only " + sound.steps() + " steps to fail in");
    for (int step = 1; step <= sound.steps(); step++) {
      Path dataDir = directory.resolve("failing" + step);
      Caller caller = new Caller();
      work(new FailingDisk(fault, step), dataDir, caller);
      verify(dataDir, caller, fault + " in step " + step);
    }
  }

  /** What a node does, with the reference plugin at work beside us. */
  private static void work(Disk disk, Path dataDir, Caller caller) throws IOException {
    try {
      add(disk, dataDir, caller, "a");
      add(disk, dataDir, caller, "b");
      foreignAdd(dataDir, caller, "f");
      add(disk, dataDir, caller, "c");
      del(disk, dataDir, caller, "a");
      del(disk, dataDir, caller, "f");
      add(disk, dataDir, caller, "d");
    } catch (FailingDisk.Killed e) {
      // The next process finds what this one left.
    }
  }

  private static void verify(Path dataDir, Caller caller, String when) throws IOException {
    Disk disk = new LinuxDisk();
    for (int again = 0; again < 2; again++) {
      try (Leases leases = store(disk).open(dataDir, "net")) {
        for (Map.Entry<Attachment, IpAddress> held : caller.answered.entrySet()) {
          assertEquals(held.getValue(), leases.heldBy(held.getKey()).getFirst().address(), when);
        }
        for (Lease lease : leases.all()) {
          Attachment holder = new Attachment(lease.containerId(), lease.ifName().orElseThrow());
          boolean willBeReleased =
              caller.answered.containsKey(holder) || caller.unanswered.equals(Optional.of(holder));
          assertTrue(willBeReleased, () -> when + ": nobody will ever release " + lease);
          assertTrue(leases.heldBy(holder).contains(lease), when);
        }
      }
    }
    if (caller.unanswered.isPresent()) {
      del(disk, dataDir, caller, caller.unanswered.get().containerId());
    }
    int free = POOL - caller.answered.size();
    for (int i = 0; i < free; i++) {
      add(disk, dataDir, caller, "filler" + i);
    }
    assertEquals(POOL, caller.answered.values().stream().distinct().count(), when);
    try (Leases leases = store(disk).open(dataDir, "net")) {
      assertEquals(Optional.empty(), leases.firstFree(FIRST, LAST), when);
    }
  }

  private static void add(Disk disk, Path dataDir, Caller caller, String container)
      throws IOException {
    Attachment attachment = new Attachment(container, "eth0");
    caller.unanswered = Optional.of(attachment);
    Optional<IpAddress> address = Optional.empty();
    try (Leases leases = store(disk).open(dataDir, "net")) {
      address = leases.firstFree(FIRST, LAST);
      if (!leases.reserve(0, address.orElseThrow(), attachment)) {
        address = Optional.empty();
      }
    } catch (IOException e) {
      address = Optional.empty(); // The caller is told, and nothing may stand.
    }
    address.ifPresent(given -> caller.answered.put(attachment, given));
    caller.unanswered = Optional.empty();
  }

  private static void del(Disk disk, Path dataDir, Caller caller, String container)
      throws IOException {
    Attachment attachment = new Attachment(container, "eth0");
    Optional<IpAddress> before = Optional.ofNullable(caller.answered.remove(attachment));
    caller.unanswered = Optional.of(attachment);
    try (Leases leases = store(disk).open(dataDir, "net")) {
      for (Lease lease : leases.heldBy(attachment)) {
        leases.release(lease.address());
      }
    } catch (IOException e) {
      before.ifPresent(address -> caller.answered.put(attachment, address));
    }
    caller.unanswered = Optional.empty();
  }

  private static void foreignAdd(Path dataDir, Caller caller, String container) throws IOException {
    Attachment attachment = new Attachment(container, "eth0");
    NetworkFiles files = NetworkFiles.of(dataDir, "net");
    Files.createDirectories(files.leases());
    Files.write(files.lease(LAST), Holder.of(attachment).toBytes());
    caller.answered.put(attachment, LAST);
  }

  private static LeaseStore store(Disk disk) {
    return new DiskLeaseStore(disk, new GivenBoot("this", Instant.now().minusSeconds(60)));
  }
}
