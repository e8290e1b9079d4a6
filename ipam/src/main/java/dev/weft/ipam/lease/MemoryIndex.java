package dev.weft.ipam.lease;

import dev.weft.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An index that lives for one operation: what is left where no file can be kept. */
final class MemoryIndex implements LeaseIndex {
  private final Map<Holder, List<IpAddress>> owners = new HashMap<>();
  private final Set<IpAddress> taken = new HashSet<>();
  private long orphans;

  static MemoryIndex of(List<Lease> leases) {
    MemoryIndex index = new MemoryIndex();
    for (Lease lease : leases) {
      index.add(lease);
    }
    return index;
  }

  @Override
  public Optional<IpAddress> firstFree(IpAddress from, IpAddress to) {
    for (IpAddress address = from; ; address = address.plus(1)) {
      if (!taken.contains(address)) {
        return Optional.of(address);
      }
      if (address.equals(to)) {
        return Optional.empty();
      }
    }
  }

  @Override
  public List<IpAddress> addressesOf(Holder holder) {
    return List.copyOf(owners.getOrDefault(holder, List.of()));
  }

  @Override
  public long orphans() {
    return orphans;
  }

  @Override
  public void add(Lease lease) {
    owners.computeIfAbsent(Holder.of(lease), _ -> new ArrayList<>()).add(lease.address());
    taken.add(lease.address());
    orphans += lease.orphaned() ? 1 : 0;
  }

  @Override
  public void remove(Lease lease) {
    owners.getOrDefault(Holder.of(lease), new ArrayList<>()).remove(lease.address());
    taken.remove(lease.address());
    orphans -= lease.orphaned() ? 1 : 0;
  }

  @Override
  public void seal() {}

  @Override
  public void close() {}
}
