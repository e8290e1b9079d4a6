package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.net.MacAddress;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two namespaces of the real kernel, and iproute2 to ask what the kernel has in them. */
abstract class OnLinux {
  static final MacAddress MAC = MacAddress.of("02:00:5e:10:00:01");

  final Kernel kernel = new LinuxKernel();
  @Nullable LinuxNamespaces namespaces;
  NetworkNamespace host = kernel.own();
  NetworkNamespace pod = kernel.own();

  @BeforeEach
  void openNamespaces() {
    namespaces = new LinuxNamespaces();
    host = namespaces.open("host");
    pod = namespaces.open("pod");
  }

  @AfterEach
  void closeNamespaces() {
    host.close();
    pod.close();
    if (namespaces != null) {
      namespaces.close();
    }
  }

  Link veth() {
    return host.create(
        new NewLink.Veth(
            "host0",
            Optional.empty(),
            OptionalInt.of(1400),
            7,
            new NewLink.Peer(pod, "eth0", Optional.of(MAC), OptionalInt.of(1300))));
  }

  Link bridge(boolean vlanFiltering) {
    return host.create(
        new NewLink.Bridge("br0", Optional.of(MAC), OptionalInt.of(1450), 3, vlanFiltering));
  }

  static String ip(NetworkNamespace namespace, String arguments) {
    return LinuxNamespaces.run(namespace, ("ip " + arguments).split(" ", -1));
  }

  static KernelException refused(Runnable operation) {
    return assertThrows(KernelException.class, operation::run);
  }
}
