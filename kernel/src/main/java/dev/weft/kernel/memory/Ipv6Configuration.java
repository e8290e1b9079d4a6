package dev.weft.kernel.memory;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;

/** What IPv6 does by itself when a device becomes able to send, and when it no longer is. */
final class Ipv6Configuration {
  /** RFC 8200, section 5, in bytes. */
  static final int MIN_MTU = 1280;

  private final NetworkStack stack;

  Ipv6Configuration(NetworkStack stack) {
    this.stack = stack;
  }

  boolean isDisabled(Device device) {
    return stack.sysctls.number("ipv6", device.name, "disable_ipv6") != 0;
  }

  /** Hears of {@code disable_ipv6}. */
  void disabledChanged(String name, boolean disabled) {
    Device device = stack.links.find(name);
    if (device == null) {
      return;
    }
    if (disabled) {
      stop(device);
    } else {
      start(device);
    }
  }

  /** Gives a device that has become able to send its loopback or link-local address, once. */
  private void start(Device device) {
    boolean able = device.running() && device.mtu >= MIN_MTU && !isDisabled(device);
    if (!able || device.ready) {
      return;
    }
    device.ready = true;
    boolean isLoopback = device instanceof LoopbackDevice;
    if (!isLoopback && stack.sysctls.number("ipv6", device.name, "addr_gen_mode") == 0) {
      stack.addressing.addIfAbsent(device, new IpPrefix(linkLocal(device.mac), 64));
    }
    for (AddressTable.Entry entry : stack.addresses.of(device)) {
      if (!entry.isV4()) {
        stack.addressing.connect(entry);
      }
    }
    if (isLoopback) {
      // Its route is in table local, unless somebody adds the address by hand.
      stack.addressing.addIfAbsent(device, IpPrefix.of("::1/128"));
    }
  }

  /** Takes IPv6 from a device, but for the addresses that it keeps when it is down. */
  void stop(Device device) {
    device.ready = false;
    boolean keep =
        !isDisabled(device)
            && device.mtu >= MIN_MTU
            && (stack.sysctls.number("ipv6", "all", "keep_addr_on_down") > 0
                || stack.sysctls.number("ipv6", device.name, "keep_addr_on_down") > 0);
    for (AddressTable.Entry entry : stack.addresses.of(device)) {
      IpAddress host = entry.prefix().address();
      if (host.isV6() && !(keep && !host.isLinkLocal() && !host.isLoopback())) {
        stack.addressing.forget(entry);
      }
    }
    stack.routes.removeIf(entry -> entry.device() == device && !entry.isV4());
  }

  /** IPv6 leaves a link that is too narrow for it, and comes back when it is wide enough. */
  void mtuChanged(Device device) {
    if (device.mtu < MIN_MTU) {
      stop(device);
    } else {
      start(device);
    }
  }

  /** Follows a change of carrier to a veth's peer and to the bridges of both. */
  static void mediumChanged(Device device) {
    device.home.ipv6.start(device);
    if (device instanceof VethDevice veth) {
      veth.peer().home.ipv6.start(veth.peer());
      followToBridge(veth.peer());
    }
    followToBridge(device);
  }

  private static void followToBridge(Device device) {
    BridgeDevice bridge = device.port.bridge;
    if (bridge != null) {
      bridge.home.ipv6.start(bridge);
    }
  }

  /** RFC 4291, appendix A: the MAC with its universal bit turned and ff:fe in its midst. */
  private static IpAddress linkLocal(MacAddress mac) {
    long turned = mac.value() ^ 0x0200_0000_0000L;
    long identifier = (turned >>> 24) << 40 | 0xFFFE_00_0000L | (turned & 0xFF_FFFFL);
    return new IpAddress(IpFamily.V6, 0xFE80L << 48, identifier);
  }
}
