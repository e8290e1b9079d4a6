package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The addresses of one namespace. */
final class AddressTable {
  private final List<Entry> entries = new ArrayList<>();

  /**
   * One address.
   *
   * @param secondary for IPv4: an earlier address of the link has the same network, and takes this
   *     one along when it goes
   */
  record Entry(Device device, IpPrefix prefix, boolean noDuplicateDetection, boolean secondary) {
    boolean isV4() {
      return prefix.address().isV4();
    }

    /** Whether packets to this address are for this host: on lo that is true of a whole network. */
    boolean makesLocal(IpAddress address) {
      return prefix.address().equals(address)
          || (device instanceof LoopbackDevice
              && device.up
              && address.isV4()
              && prefix.contains(address));
    }

    /** Whether both put the same network on the same link. */
    boolean sharesNetworkWith(Entry other) {
      return device == other.device && prefix.network().equals(other.prefix.network());
    }
  }

  List<Entry> all() {
    return List.copyOf(entries);
  }

  List<Entry> of(Device device) {
    return matching(entry -> entry.device == device);
  }

  List<Entry> matching(Predicate<Entry> wanted) {
    List<Entry> found = new ArrayList<>();
    for (Entry entry : entries) {
      if (wanted.test(entry)) {
        found.add(entry);
      }
    }
    return found;
  }

  boolean any(Predicate<Entry> wanted) {
    return !matching(wanted).isEmpty();
  }

  boolean isLocal(IpAddress address) {
    return any(entry -> entry.makesLocal(address));
  }

  /** IPv4 tells addresses of a link apart by address and length, IPv6 by address alone. */
  Entry add(Device device, IpPrefix prefix, boolean noDuplicateDetection) {
    boolean v4 = prefix.address().isV4();
    for (Entry entry : of(device)) {
      if (entry.prefix.equals(prefix) || (!v4 && entry.prefix.address().equals(prefix.address()))) {
        throw new KernelException(
            Errno.EEXIST, "Link " + device.name + " has the address " + prefix + " already.");
      }
    }
    Entry added = new Entry(device, prefix, noDuplicateDetection, false);
    if (v4 && any(entry -> !entry.secondary && entry.sharesNetworkWith(added))) {
      Entry second = new Entry(device, prefix, noDuplicateDetection, true);
      entries.add(second);
      return second;
    }
    entries.add(added);
    return added;
  }

  Entry find(Device device, IpPrefix prefix) {
    for (Entry entry : of(device)) {
      if (entry.prefix.equals(prefix)) {
        return entry;
      }
    }
    throw new KernelException(
        Errno.EADDRNOTAVAIL, "Link " + device.name + " does not have the address " + prefix + ".");
  }

  void remove(Entry entry) {
    entries.remove(entry);
  }
}
