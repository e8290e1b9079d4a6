package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Route;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.Optional;

/** The addresses of one namespace, with the routes that come and go with them. */
final class Addressing {
  private final NetworkStack stack;

  Addressing(NetworkStack stack) {
    this.stack = stack;
  }

  void add(InterfaceAddress address) {
    Device device = stack.links.require(address.linkIndex());
    IpAddress host = address.prefix().address();
    if (host.isV6()) {
      requireUsableV6(device, host);
    }
    AddressTable.Entry entry =
        stack.addresses.add(
            device, address.prefix(), host.isV6() && address.noDuplicateDetection());
    if (device.up) {
      connect(entry);
    }
  }

  private void requireUsableV6(Device device, IpAddress host) {
    if (host.isUnspecified()
        || host.isMulticast()
        || (host.isLoopback() && !(device instanceof LoopbackDevice))) {
      throw new KernelException(
          Errno.EADDRNOTAVAIL, "Link " + device.name + " cannot have the address " + host + ".");
    }
    // IPv6 never leaves the loopback interface altogether (addrconf_notify in net/ipv6/addrconf.c).
    if (device.mtu < Ipv6Configuration.MIN_MTU && !(device instanceof LoopbackDevice)) {
      throw new KernelException(
          Errno.EINVAL, "The MTU of link " + device.name + " is too low for IPv6.");
    }
    if (stack.ipv6.isDisabled(device)) {
      throw new KernelException(Errno.EACCES, "IPv6 is disabled on link " + device.name + ".");
    }
  }

  void remove(InterfaceAddress address) {
    Device device = stack.links.require(address.linkIndex());
    forget(stack.addresses.find(device, address.prefix()));
  }

  InterfaceAddress describe(AddressTable.Entry entry) {
    boolean tentative =
        !entry.isV4()
            && !entry.noDuplicateDetection()
            && !(entry.device() instanceof LoopbackDevice)
            && !entry.device().running();
    return new InterfaceAddress(
        entry.device().index, entry.prefix(), entry.noDuplicateDetection(), tentative, false);
  }

  /** Adds the route that comes with an address. */
  void connect(AddressTable.Entry address) {
    if (address.secondary()) {
      return;
    }
    Optional<RouteTable.Entry> connected = stack.routing.connected(address);
    boolean known =
        connected.isPresent()
            && stack.routes.all().stream()
                .anyMatch(
                    entry ->
                        entry.device() == address.device()
                            && entry.route().equals(connected.get().route()));
    if (!known) {
      connected.ifPresent(stack.routes::append);
    }
  }

  /** Takes an address away, with the routes that stood on it. */
  void forget(AddressTable.Entry address) {
    stack.addresses.remove(address);
    if (address.isV4()) {
      forgetV4(address);
    } else {
      forgetV6(address);
    }
  }

  private void forgetV4(AddressTable.Entry address) {
    IpAddress host = address.prefix().address();
    if (!address.secondary()) {
      for (AddressTable.Entry other : stack.addresses.of(address.device())) {
        if (other.secondary() && other.sharesNetworkWith(address)) {
          forget(other);
        }
      }
      stack
          .routing
          .connected(address)
          .ifPresent(
              connected -> stack.routes.removeIf(entry -> entry.route().equals(connected.route())));
    }
    if (!stack.addresses.isLocal(host)) {
      stack.routes.removeIf(
          entry ->
              entry.route().table() == Route.MAIN
                  && entry.route().source().equals(Optional.of(host)));
    }
    if (!stack.addresses.any(entry -> entry.device() == address.device() && entry.isV4())) {
      stack.routes.removeIf(entry -> entry.device() == address.device() && entry.isV4());
    }
  }

  private void forgetV6(AddressTable.Entry address) {
    if (!stack.addresses.any(entry -> entry.sharesNetworkWith(address))) {
      stack
          .routing
          .connected(address)
          .ifPresent(
              connected -> stack.routes.removeIf(entry -> entry.route().equals(connected.route())));
    }
    IpAddress host = address.prefix().address();
    if (!stack.addresses.isLocal(host)) {
      stack.routes.replaceIf(
          entry -> entry.route().source().equals(Optional.of(host)),
          route -> route.withSource(Optional.empty()));
    }
  }

  /** Adds an address that the kernel itself gives to a device. */
  void addIfAbsent(Device device, IpPrefix prefix) {
    if (!stack.addresses.any(
        entry -> entry.device() == device && entry.prefix().address().equals(prefix.address()))) {
      stack.addresses.add(device, prefix, false);
    }
  }
}
