package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.kernel.Link;
import dev.weft.kernel.memory.InMemoryKernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Calls for different containers at once, on a node that has no bridge yet. */
class ConcurrencyTest {
  private static final int PODS = 16;

  private final InMemoryKernel kernel = new InMemoryKernel();
  private final BridgePlugin plugin = new BridgePlugin(kernel);

  @Test
  void podsThatComeAndGoTogetherDoNotMindEachOther() throws Exception {
    Call call =
        Call.withPool(new AddressPool("10.1.0.0/24", "fd00:1::/64"))
            .with("isDefaultGateway", "true")
            .with("ipMasq", "true")
            .with("vlan", "5");
    for (int i = 0; i < PODS; i++) {
      kernel.addNamespace(Path.of("/run/netns/pod" + i));
    }
    forAllPods(
        pod -> {
          Call own = call.container(pod);
          plugin.check(own.after(plugin.add(own.attach())).attach());
        });
    assertEquals(PODS, podLinks());
    forAllPods(pod -> plugin.del(call.container(pod).detach()));
    assertEquals(0, podLinks());
  }

  private interface Work {
    void with(String pod) throws Exception;
  }

  private static void forAllPods(Work work) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(PODS)) {
      List<Callable<Boolean>> calls = new ArrayList<>();
      for (int i = 0; i < PODS; i++) {
        String pod = "pod" + i;
        calls.add(
            () -> {
              work.with(pod);
              return true;
            });
      }
      for (Future<Boolean> done : threads.invokeAll(calls)) {
        assertEquals(true, done.get());
      }
    }
  }

  private int podLinks() {
    int count = 0;
    for (Link link : kernel.own().links()) {
      count += VethMark.isOf(Call.NETWORK, link) ? 1 : 0;
    }
    return count;
  }
}
