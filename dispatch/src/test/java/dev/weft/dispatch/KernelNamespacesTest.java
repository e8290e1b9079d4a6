package dev.weft.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.cni.NamespaceProbe.Finding;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.kernel.memory.InMemoryKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every path that a runtime may give for a namespace is told from the others. */
class KernelNamespacesTest {
  private final KernelNamespaces real = new KernelNamespaces(new LinuxKernel());

  @Test
  void anotherNamespaceIsForeign() {
    InMemoryKernel kernel = new InMemoryKernel();
    kernel.addNamespace(Path.of("/run/netns/pod"));
    assertEquals(Finding.FOREIGN, new KernelNamespaces(kernel).probe("/run/netns/pod"));
  }

  @Test
  void ourOwnIsKnownByAnyPath() {
    assertEquals(Finding.OWN, real.probe("/proc/self/ns/net"));
    assertEquals(Finding.OWN, real.probe("/proc/" + ProcessHandle.current().pid() + "/ns/net"));
  }

  @Test
  void whatIsNotThereIsMissing() {
    assertEquals(Finding.MISSING, real.probe("/run/netns/no-such"));
    assertEquals(Finding.MISSING, real.probe("/proc/self/status/below"));
    assertEquals(Finding.MISSING, real.probe("/run/" + "n".repeat(300)));
  }

  @Test
  void anotherFileIsNoNamespace(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertEquals(Finding.NOT_A_NAMESPACE, real.probe(file.toString()));
    assertEquals(Finding.NOT_A_NAMESPACE, real.probe(directory.toString()));
    assertEquals(Finding.NOT_A_NAMESPACE, real.probe("/proc/self/ns/mnt"));
  }
}
