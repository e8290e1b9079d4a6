package dev.weft.ipam.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Attachment;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operation costs does not depend on how many leases there are, counted in system calls.
 */
class CostTest {
  private static final IpAddress FIRST = IpAddress.of("10.1.0.1");
  private static final IpAddress LAST = IpAddress.of("10.1.255.254");
  private static final int MANY = 5_000;

  /** With so few there is hardly anything to find. */
  private static final int FEW = 20;

  @TempDir Path dataDir;

  /** One operation, to be measured. */
  private interface Operation {
    void on(Leases leases) throws IOException;
  }

  @Test
  void noOperationReadsMoreWhereMoreIsHeld() throws IOException {
    Attachment added = new Attachment("added", "eth0");
    Attachment unknown = new Attachment("unknown", "eth0");
    Operation add =
        leases -> {
          assertTrue(leases.heldBy(added).isEmpty());
          IpAddress next = leases.firstFree(FIRST, LAST).orElseThrow();
          assertTrue(leases.reserve(0, next, added));
        };
    Operation check = leases -> assertEquals(1, leases.heldBy(added).size());
    Operation del = leases -> leases.release(leases.heldBy(added).getFirst().address());
    Operation delUnknown = leases -> assertTrue(leases.heldBy(unknown).isEmpty());

    Operation delAgain = leases -> assertTrue(leases.heldBy(added).isEmpty());

    long[][] calls = new long[2][];
    int[] held = {FEW, MANY};
    for (int i = 0; i < held.length; i++) {
      Path directory = Files.createDirectories(dataDir.resolve("net" + held[i]));
      IpAddress address = FIRST;
      for (int lease = 0; lease < held[i]; lease++, address = address.plus(1)) {
        Files.writeString(directory.resolve(address.toString()), "c" + lease + "\r\neth0");
      }
      String network = "net" + held[i];
      calls(network, delUnknown); // the first finds leases that it did not make, and reads them
      calls[i] =
          new long[] {
            calls(network, add),
            calls(network, check),
            calls(network, delUnknown),
            calls(network, del),
            calls(network, delAgain)
          };
    }
    for (int operation = 0; operation < calls[0].length; operation++) {
      assertTrue(
          calls[1][operation] <= calls[0][operation] + 20,
          "operation "
              + operation
              + ": "
              + calls[0][operation]
              + " calls with "
              + FEW
              + " leases, "
              + calls[1][operation]
              + " with "
              + MANY);
    }
  }

  /** How often this thread reads or writes while it does something (proc(5), task/io). */
  private long calls(String network, Operation operation) throws IOException {
    long before = calls();
    try (Leases leases = new DiskLeaseStore().open(dataDir, network)) {
      operation.on(leases);
    }
    return calls() - before;
  }

  private static long calls() throws IOException {
    long calls = 0;
    for (String line : Files.readAllLines(Path.of("/proc/thread-self/io"))) {
      if (line.startsWith("syscr: ") || line.startsWith("syscw: ")) {
        calls += Long.parseLong(line.substring("syscr: ".length()));
      }
    }
    return calls;
  }
}
