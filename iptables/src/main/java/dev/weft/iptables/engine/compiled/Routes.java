package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.engine.Host;
import dev.weft.iptables.ruleset.Match;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a {@link Host} is to packets of one family. */
final class Routes {
  private static final long ALL = 0xFFFF_FFFFL;
  private static final int LOCAL = Op.number(Match.Kind.LOCAL);
  private static final int MULTICAST = Op.number(Match.Kind.MULTICAST);
  private static final int BROADCAST = Op.number(Match.Kind.BROADCAST);
  private static final int UNICAST = Op.number(Match.Kind.UNICAST);
  private static final int UNSPEC = Op.number(Match.Kind.UNSPEC);

  private final boolean v6;
  private final AddressTable local;

  /** By the length of their prefixes, the longest first. */
  private final OfLength[] lengths;

  /** By device: its first route's source address. */
  private final IpAddress[] sources;

  private record OfLength(long highMask, long lowMask, AddressTable devices) {}

  Routes(Host host, IpFamily family, Devices devices) {
    v6 = family == IpFamily.V6;
    Map<IpAddress, Integer> own = new HashMap<>();
    host.addresses().stream()
        .filter(address -> address.family() == family)
        .forEach(address -> own.put(address, 1));
    local = new AddressTable(own);
    Map<Integer, Map<IpAddress, Integer>> byLength = new TreeMap<>();
    Map<Integer, IpAddress> byDevice = new HashMap<>();
    int count = 0;
    for (Host.Route route : host.routes()) {
      int device = devices.number(route.device());
      count = Math.max(count, device + 1);
      if (route.to().family() == family) {
        byLength
            .computeIfAbsent(-route.to().length(), _ -> new HashMap<>())
            .putIfAbsent(route.to().first(), device);
      }
      if (route.source().family() == family) {
        byDevice.putIfAbsent(device, route.source());
      }
    }
    List<OfLength> all = new ArrayList<>();
    byLength.forEach(
        (length, routes) -> {
          IpAddress mask = new IpPrefix(IpAddress.zero(family), -length).mask();
          all.add(new OfLength(mask.high(), mask.low(), new AddressTable(routes)));
        });
    lengths = all.toArray(OfLength[]::new);
    sources = new IpAddress[count];
    byDevice.forEach((device, source) -> sources[device] = source);
  }

  /** The number of the device that leads there, or {@link Devices#NONE}. */
  int device(long high, long low) {
    if (isLocal(high, low)) {
      return Devices.LOOPBACK;
    }
    for (OfLength routes : lengths) {
      int device = routes.devices.get(high & routes.highMask, low & routes.lowMask);
      if (device != Devices.NONE) {
        return device;
      }
    }
    return Devices.NONE;
  }

  /** Whether a source address of this device is known. */
  boolean hasSource(int device) {
    return device < sources.length && sources[device] != null;
  }

  long sourceHigh(int device) {
    return sources[device].high();
  }

  long sourceLow(int device) {
    return sources[device].low();
  }

  boolean isLocal(long high, long low) {
    boolean loopback = v6 ? high == 0 && low == 1 : low >>> 24 == 127;
    return loopback || local.get(high, low) != 0;
  }

  /** Whether an address is of a kind, by the number of a {@link Match.Kind}; see {@link Host}. */
  boolean is(int kind, long high, long low) {
    if (kind == LOCAL) {
      return isLocal(high, low);
    }
    boolean multicast = v6 ? high >>> 56 == 0xFF : low >>> 28 == 0xE;
    if (v6) {
      boolean unspecified = high == 0 && low == 0;
      return (kind == MULTICAST && multicast)
          || (kind == UNICAST && !multicast && !unspecified)
          || (kind == UNSPEC && unspecified);
    }
    if (isLocal(high, low)) {
      return false;
    }
    return kind == (multicast ? MULTICAST : low == ALL ? BROADCAST : UNICAST);
  }
}
