package dev.weft.ipam.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Attachment;
import dev.weft.kernel.FileId;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JointHoldTest {
  private static final int THREADS = 20;
  private static final IpAddress FROM = IpAddress.of("10.1.0.1");
  private static final IpAddress TO = IpAddress.of("10.1.255.254");

  @TempDir private Path directory;

  private final AtomicInteger openings = new AtomicInteger();
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);

  @AfterEach
  void end() {
    threads.close();
  }

  private <T> T perform(LeaseStore.Work<T> work) throws IOException {
    return JointHold.perform(FileId.of(directory), this::open, work);
  }

  private Leases open() throws IOException {
    openings.incrementAndGet();
    return new DiskLeaseStore().open(directory, "net");
  }

  /** Has work come while a first one is done, so that all of it gathers. */
  private <T> List<Future<T>> behindAnother(List<LeaseStore.Work<T>> all) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Future<Boolean> first =
        threads.submit(
            () ->
                perform(
                    _ -> {
                      begun.countDown();
                      return awaited(end);
                    }));
    begun.await();
    CountDownLatch coming = new CountDownLatch(all.size());
    List<Future<T>> results = new ArrayList<>();
    for (LeaseStore.Work<T> work : all) {
      results.add(
          threads.submit(
              () -> {
                coming.countDown();
                return perform(work);
              }));
    }
    coming.await();
    Thread.sleep(50); // from there to the queue
    end.countDown();
    assertTrue(first.get());
    return results;
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static LeaseStore.Work<IpAddress> reserving(String container) {
    return leases -> {
      IpAddress address = leases.firstFree(FROM, TO).orElseThrow();
      assertTrue(leases.reserve(0, address, new Attachment(container, "eth0")));
      return address;
    };
  }

  private Map<IpAddress, String> held() throws IOException {
    try (Leases leases = new DiskLeaseStore().open(directory, "net")) {
      return leases.all().stream().collect(Collectors.toMap(Lease::address, Lease::containerId));
    }
  }

  @Test
  void whatComesAtOnceIsDoneInFewHoldsAndEachHasItsOwnResult() throws Exception {
    List<LeaseStore.Work<IpAddress>> all = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      all.add(reserving("c" + i));
    }
    List<Future<IpAddress>> addresses = behindAnother(all);
    Map<IpAddress, String> owners = new HashMap<>();
    for (int i = 0; i < THREADS; i++) {
      owners.put(addresses.get(i).get(), "c" + i);
    }
    assertEquals(owners, held());
    assertTrue(openings.get() < THREADS, () -> openings + " times opened");
  }

  @Test
  void aFailureIsWhoseItIs() throws Exception {
    IOException ofDisk = new IOException("of the disk");
    IllegalStateException ofWork = new IllegalStateException("of the work");
    List<Future<IpAddress>> results =
        behindAnother(
            List.of(
                reserving("a"),
                _ -> {
                  throw ofDisk;
                },
                _ -> {
                  throw ofWork;
                },
                reserving("b")));
    assertEquals(
        ofDisk, assertThrows(ExecutionException.class, () -> results.get(1).get()).getCause());
    assertEquals(
        ofWork, assertThrows(ExecutionException.class, () -> results.get(2).get()).getCause());
    assertEquals(Map.of(results.get(0).get(), "a", results.get(3).get(), "b"), held());
  }

  @Test
  void whatCannotBeOpenedFailsForEach() throws Exception {
    JointHold.Opening opening =
        () -> {
          throw new IOException("opened " + openings.incrementAndGet());
        };
    FileId id = FileId.of(directory);
    for (int i = 1; i <= 2; i++) {
      IOException e =
          assertThrows(IOException.class, () -> JointHold.perform(id, opening, _ -> true));
      assertEquals("opened " + i, e.getMessage());
    }
  }

  /** By another path, as from another mount namespace. */
  @Test
  void aNetworkIsItsDirectory() throws Exception {
    Path other = Files.createSymbolicLink(directory.resolve("link"), directory);
    DiskLeaseStore store = new DiskLeaseStore();
    List<Future<IpAddress>> addresses = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Path path = i % 2 == 0 ? directory : other;
      LeaseStore.Work<IpAddress> work = reserving("c" + i);
      addresses.add(threads.submit(() -> store.hold(path, "net", work)));
    }
    HashSet<IpAddress> distinct = new HashSet<>();
    for (Future<IpAddress> address : addresses) {
      assertTrue(distinct.add(address.get()));
    }
  }
}
