package dev.weft.ipam.lease;

import dev.weft.cni.Attachment;
import dev.weft.net.IpAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Leases that live as long as the store, with the same answers as those on disk. */
public final class MemoryLeaseStore implements LeaseStore {
  private final Map<Path, Network> networks = new ConcurrentHashMap<>();

  @Override
  public Leases open(Path dataDir, String network) {
    Network opened = networks.computeIfAbsent(dataDir.resolve(network), _ -> new Network());
    opened.lock.lock();
    return opened;
  }

  @Override
  public boolean isKnown(Path dataDir, String network) {
    return networks.containsKey(dataDir.resolve(network));
  }

  /** As a restart of the machine does: no container runs any more, the leases stand. */
  public void reboot() {
    networks.values().forEach(Network::orphanAll);
  }

  /** As older releases of the reference plugin do: a lease that names no interface. */
  static void putForeign(Leases opened, Lease lease) {
    ((Network) opened).leases.put(lease.address(), lease);
  }

  /** One network, opened by one caller at a time. */
  private static final class Network implements Leases {
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<IpAddress, Lease> leases = new TreeMap<>();
    private final Map<Integer, IpAddress> last = new HashMap<>();

    @Override
    public List<Lease> heldBy(Attachment attachment) {
      return leases.values().stream().filter(lease -> lease.belongsTo(attachment)).toList();
    }

    @Override
    public Optional<Lease> at(IpAddress address) {
      return Optional.ofNullable(leases.get(address));
    }

    @Override
    public List<Lease> all() {
      return List.copyOf(leases.values());
    }

    @Override
    public long orphans() {
      return leases.values().stream().filter(Lease::orphaned).count();
    }

    @Override
    public Optional<IpAddress> firstFree(IpAddress from, IpAddress to) {
      return MemoryIndex.of(all()).firstFree(from, to);
    }

    @Override
    public Optional<IpAddress> lastReserved(int rangeSet) {
      return Optional.ofNullable(last.get(rangeSet));
    }

    @Override
    public boolean reserve(int rangeSet, IpAddress address, Attachment attachment) {
      Lease lease = Holder.of(attachment).lease(address, false);
      if (leases.putIfAbsent(address, lease) != null) {
        return false;
      }
      last.put(rangeSet, address);
      return true;
    }

    @Override
    public void release(IpAddress address) {
      leases.remove(address);
    }

    @Override
    public void probe() {}

    @Override
    public void close() {
      lock.unlock();
    }

    private void orphanAll() {
      lock.lock();
      try {
        leases.replaceAll(
            (address, lease) -> new Lease(address, lease.containerId(), lease.ifName(), true));
      } finally {
        lock.unlock();
      }
    }
  }
}
