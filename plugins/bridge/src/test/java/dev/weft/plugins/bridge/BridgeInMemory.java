package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.cni.CniException;
import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Link;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** A node with two pods in the kernel in memory, and what is asked of it after a call. */
abstract class BridgeInMemory {
  final InMemoryKernel kernel = new InMemoryKernel();
  final BridgePlugin plugin = new BridgePlugin(kernel);
  final NetworkNamespace host = kernel.own();

  @BeforeEach
  void addNamespaces() {
    kernel.addNamespace(Path.of("/run/netns/a"));
    kernel.addNamespace(Path.of("/run/netns/b"));
  }

  static Call dualStack() {
    return Call.withPool(new AddressPool("10.1.0.0/24", "fd00:1::/64"));
  }

  NetworkNamespace pod(String name) {
    return kernel.open(Path.of("/run/netns/" + name));
  }

  Link podLink(String pod, String name) {
    return pod(pod).link(name).orElseThrow();
  }

  Link hostLink(String name) {
    return host.link(name).orElseThrow();
  }

  Link portOf(Link pod) {
    return host.link(((Link.Kind.Veth) pod.kind()).peerIndex()).orElseThrow();
  }

  List<BridgeVlan> vlansOfPort(String pod) {
    return host.vlans(portOf(podLink(pod, "eth0")).index());
  }

  List<InterfaceAddress> addressesOf(String pod, Link link) {
    return pod(pod).addresses().stream()
        .filter(address -> address.linkIndex() == link.index())
        .filter(address -> !address.prefix().address().isLinkLocal())
        .toList();
  }

  List<IpPrefix> gatewayAddresses(String name) {
    return host.addresses().stream()
        .filter(address -> address.linkIndex() == hostLink(name).index())
        .map(InterfaceAddress::prefix)
        .filter(prefix -> !prefix.address().isLinkLocal())
        .toList();
  }

  boolean hasRoute(String pod, String destination, String gateway) {
    return pod(pod).routes().stream()
        .anyMatch(
            route ->
                route.destination().equals(IpPrefix.of(destination))
                    && route.gateway().equals(Optional.of(IpAddress.of(gateway))));
  }

  static CniException refused(Runnable work) {
    return assertThrows(CniException.class, work::run);
  }

  static String message(CniException e) {
    return String.valueOf(e.getMessage());
  }
}
