package dev.weft.ipam.lease;

import dev.weft.cni.Attachment;
import dev.weft.kernel.Flock;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The leases of one network in files, while its lock is held. The lease files decide; the index
 * only says which of them to look at, and is replaced by a scan where it cannot or does not tell
 * true.
 */
final class DiskLeases implements Leases {
  private final NetworkFiles files;
  private final Disk disk;
  private final LeaseDirectory directory;
  private final Flock lock;
  private LeaseIndex index;
  private boolean changed;

  private DiskLeases(NetworkFiles files, Disk disk, Boot boot, Flock lock) throws IOException {
    this.files = files;
    this.disk = disk;
    this.lock = lock;
    this.directory = new LeaseDirectory(files, disk);
    Optional<DiskIndex> sealed = DiskIndex.open(files, disk, boot.id());
    this.changed = sealed.isEmpty();
    this.index = sealed.isPresent() ? sealed.get() : newIndex(boot);
  }

  /** Waits for the lock of a network whose directory stands. */
  static DiskLeases open(NetworkFiles files, Disk disk, Boot boot) throws IOException {
    Flock lock = Flock.exclusive(files.lock());
    try {
      return new DiskLeases(files, disk, boot, lock);
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  @Override
  public List<Lease> heldBy(Attachment attachment) throws IOException {
    Optional<List<Lease>> held = heldByIndex(attachment);
    if (held.isEmpty()) {
      replaceIndex();
      held = heldByIndex(attachment);
    }
    return held.orElse(List.of());
  }

  @Override
  public Optional<Lease> at(IpAddress address) {
    return directory.read(address);
  }

  @Override
  public List<Lease> all() throws IOException {
    return directory.scan();
  }

  @Override
  public long orphans() throws IOException {
    return ask(LeaseIndex::orphans);
  }

  @Override
  public Optional<IpAddress> firstFree(IpAddress from, IpAddress to) throws IOException {
    return ask(known -> known.firstFree(from, to));
  }

  @Override
  public Optional<IpAddress> lastReserved(int rangeSet) throws IOException {
    return directory.lastReserved(rangeSet);
  }

  @Override
  public boolean reserve(int rangeSet, IpAddress address, Attachment attachment)
      throws IOException {
    Holder holder = Holder.of(attachment);
    changed = true;
    if (!directory.create(address, holder)) {
      if (firstFree(address, address).isPresent()) {
        replaceIndex();
      }
      return false;
    }
    directory.noteLastReserved(rangeSet, address);
    tell(known -> known.add(holder.lease(address, false)));
    return true;
  }

  @Override
  public void release(IpAddress address) throws IOException {
    Optional<Lease> lease = directory.read(address);
    if (lease.isPresent()) {
      changed = true;
      directory.delete(address);
      tell(known -> known.remove(lease.get()));
    }
  }

  @Override
  public void probe() throws IOException {
    changed = true;
    directory.probe();
  }

  @Override
  public void close() {
    try {
      if (changed) {
        index.seal();
      }
    } catch (IOException e) {
      // Without a seal the next operation reads the leases themselves.
    } finally {
      index.close();
      lock.close();
    }
  }

  /** Empty if a lease is not there although the index says so. */
  private Optional<List<Lease>> heldByIndex(Attachment attachment) throws IOException {
    List<Lease> held = new ArrayList<>(2);
    for (Holder holder : List.of(Holder.of(attachment), Holder.ofContainer(attachment))) {
      for (IpAddress address : ask(known -> known.addressesOf(holder))) {
        Optional<Lease> lease = directory.read(address);
        if (lease.isEmpty()) {
          return Optional.empty();
        }
        if (lease.get().belongsTo(attachment)) {
          held.add(lease.get());
        }
      }
    }
    return Optional.of(held);
  }

  private LeaseIndex newIndex(Boot boot) throws IOException {
    try {
      directory.prepare(boot);
      return DiskIndex.build(files, disk, boot.id(), directory.scan());
    } catch (IOException e) {
      return MemoryIndex.of(directory.scan()); // No side directory, or no space in it.
    }
  }

  private <T> T ask(Question<T> question) throws IOException {
    try {
      return question.to(index);
    } catch (IOException e) {
      replaceIndex();
      return question.to(index);
    }
  }

  /** Tells the index what is done and stands, whether or not the index can take it. */
  private void tell(Change change) throws IOException {
    try {
      change.to(index);
    } catch (IOException e) {
      replaceIndex();
    }
  }

  /** Goes on with what the leases themselves say. */
  private void replaceIndex() throws IOException {
    index.close();
    index = MemoryIndex.of(directory.scan());
    try {
      disk.delete(files.stamp());
    } catch (IOException e) {
      // Then it is found out again next time.
    }
  }

  /** What is asked of an index. */
  private interface Question<T> {
    T to(LeaseIndex index) throws IOException;
  }

  /** What an index is told. */
  private interface Change {
    void to(LeaseIndex index) throws IOException;
  }
}
