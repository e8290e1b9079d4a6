package dev.weft.ipam.lease;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The index that lives in files beside the leases, so that no operation has to read them all.
 *
 * <p><b>When it is right.</b> The index knows the leases as they were when it was {@linkplain #seal
 * sealed}. Sealing gives the leases' directory a modification time that the kernel would not have
 * given it, in the past and odd to the nanosecond, and writes it down in {@code stamp}. Whoever
 * creates or deletes a lease after that, the reference plugin or ourselves, makes the kernel change
 * the time, and the index counts for nothing until it is built anew or sealed again. So no order of
 * writes and no crash can leave an index that is wrong and believed: leases are changed first, the
 * index second, and sealed last. A stamp counts in one boot only, because what the page cache held
 * when the machine stopped reached the disk in any order; hence nothing here is ever synced.
 *
 * <p>{@code owners} maps a hash of the holder to addresses; {@code taken} is a bit map of
 * addresses, in blocks, free of any configuration of ranges.
 */
final class DiskIndex implements LeaseIndex {
  private static final int BLOCK_BITS = 12;
  private static final int BLOCK_WORDS = (1 << BLOCK_BITS) / Long.SIZE;

  private final NetworkFiles files;
  private final Disk disk;
  private final String bootId;
  private final HashFile owners;
  private final HashFile taken;
  private long orphans;

  private DiskIndex(
      NetworkFiles files, Disk disk, String bootId, HashFile owners, HashFile taken, long orphans) {
    this.files = files;
    this.disk = disk;
    this.bootId = bootId;
    this.owners = owners;
    this.taken = taken;
    this.orphans = orphans;
  }

  /** The index as it was sealed, if nothing changed since. */
  static Optional<DiskIndex> open(NetworkFiles files, Disk disk, String bootId) {
    try {
      String stamp = Files.readString(files.stamp(), StandardCharsets.US_ASCII);
      String now = stamp(bootId, Files.getLastModifiedTime(files.leases()));
      if (!stamp.startsWith(now)) {
        return Optional.empty();
      }
      long orphans = Long.parseLong(stamp.substring(now.length()).strip());
      HashFile owners = HashFile.open(files.owners(), disk, 1, 3);
      try {
        HashFile taken = HashFile.open(files.taken(), disk, 2, 2 + BLOCK_WORDS);
        return Optional.of(new DiskIndex(files, disk, bootId, owners, taken, orphans));
      } catch (IOException e) {
        owners.close();
        throw e;
      }
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // Missing or not readable is as good as out of date.
    }
  }

  /** Writes the index of these leases, not sealed yet. */
  static DiskIndex build(NetworkFiles files, Disk disk, String bootId, List<Lease> leases)
      throws IOException {
    disk.delete(files.stamp());
    List<long[]> byOwner = new ArrayList<>(leases.size());
    Map<Block, long[]> blocks = new HashMap<>();
    long orphans = 0;
    for (Lease lease : leases) {
      byOwner.add(ownerRecord(lease));
      Block block = Block.of(lease.address());
      block.set(blocks.computeIfAbsent(block, Block::empty), lease.address(), true);
      orphans += lease.orphaned() ? 1 : 0;
    }
    HashFile owners = HashFile.create(files.owners(), disk, 1, 3, byOwner);
    try {
      HashFile taken =
          HashFile.create(
              files.taken(), disk, 2, 2 + BLOCK_WORDS, new ArrayList<>(blocks.values()));
      return new DiskIndex(files, disk, bootId, owners, taken, orphans);
    } catch (IOException e) {
      owners.close();
      throw e;
    }
  }

  @Override
  public List<IpAddress> addressesOf(Holder holder) throws IOException {
    List<IpAddress> addresses = new ArrayList<>(2);
    for (long[] record : owners.find(hash(holder))) {
      addresses.add(address(record[1], record[2]));
    }
    return addresses;
  }

  @Override
  public Optional<IpAddress> firstFree(IpAddress from, IpAddress to) throws IOException {
    IpAddress at = from;
    while (true) {
      Block block = Block.of(at);
      List<long[]> found = taken.find(block.high, block.low);
      int start = block.offset(at);
      int free = found.isEmpty() ? start : Block.nextClear(found.getFirst(), start);
      IpAddress candidate = at.plus(free - start);
      if (candidate.compareTo(to) > 0 || candidate.compareTo(from) < 0) {
        return Optional.empty(); // beyond the bounds, or around the end of the family
      }
      if (free < 1 << BLOCK_BITS) {
        return Optional.of(candidate);
      }
      at = candidate;
    }
  }

  @Override
  public long orphans() {
    return orphans;
  }

  @Override
  public void add(Lease lease) throws IOException {
    owners.add(ownerRecord(lease));
    mark(lease.address(), true);
    orphans += lease.orphaned() ? 1 : 0;
  }

  @Override
  public void remove(Lease lease) throws IOException {
    owners.remove(ownerRecord(lease));
    mark(lease.address(), false);
    orphans -= lease.orphaned() ? 1 : 0;
  }

  @Override
  public void seal() throws IOException {
    Instant now = Instant.now();
    long nanos = HashFile.mix(now.getNano() ^ System.nanoTime()) >>> 1;
    Instant odd = Instant.ofEpochSecond(now.getEpochSecond() - 2, nanos % 1_000_000_000);
    disk.setModified(files.leases(), FileTime.from(odd));
    String stamp = stamp(bootId, Files.getLastModifiedTime(files.leases())) + orphans + "\n";
    disk.overwrite(files.stamp(), stamp.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    owners.close();
    taken.close();
  }

  private void mark(IpAddress address, boolean isTaken) throws IOException {
    Block block = Block.of(address);
    List<long[]> found = taken.find(block.high, block.low);
    long[] record = found.isEmpty() ? Block.empty(block) : found.getFirst();
    block.set(record, address, isTaken);
    taken.put(record);
  }

  /** Time and boot at which an index was right; what follows is the number of orphans. */
  private static String stamp(String bootId, FileTime modified) {
    Instant time = modified.toInstant();
    return bootId + " " + time.getEpochSecond() + " " + time.getNano() + " ";
  }

  private static long[] ownerRecord(Lease lease) {
    IpAddress address = lease.address();
    return new long[] {hash(Holder.of(lease)), address.high(), lowWord(address)};
  }

  /** Two holders with one hash do no harm: the lease decides who holds it. */
  private static long hash(Holder holder) {
    long hash = 0;
    for (int i = 0; i < holder.text().length(); i++) {
      hash = HashFile.mix(hash + holder.text().charAt(i) + 1);
    }
    return hash == 0 ? 1 : hash;
  }

  /** IPv4 as an IPv4-mapped IPv6 address, which no IPv6 address of ours is. */
  private static long lowWord(IpAddress address) {
    return address.isV4() ? address.low() | 0xFFFF_0000_0000L : address.low();
  }

  private static IpAddress address(long high, long low) {
    return high == 0 && low >>> 32 == 0xFFFF
        ? new IpAddress(IpFamily.V4, 0, low & 0xFFFF_FFFFL)
        : new IpAddress(IpFamily.V6, high, low);
  }

  /**
   * The key of a block of 4096 addresses, followed in its record by a bit for each.
   *
   * @param low the low word of the first address, plus one, so that no key is zero
   */
  private record Block(long high, long low) {

    static Block of(IpAddress address) {
      return new Block(address.high(), (lowWord(address) & -(1L << BLOCK_BITS)) | 1);
    }

    static long[] empty(Block block) {
      long[] record = new long[2 + BLOCK_WORDS];
      record[0] = block.high;
      record[1] = block.low;
      return record;
    }

    int offset(IpAddress address) {
      return (int) (address.low() & ((1 << BLOCK_BITS) - 1));
    }

    void set(long[] record, IpAddress address, boolean isTaken) {
      int offset = offset(address);
      long bit = 1L << offset;
      int word = 2 + offset / Long.SIZE;
      record[word] = isTaken ? record[word] | bit : record[word] & ~bit;
    }

    /** The first offset from {@code start} on whose bit is clear; the block's length if none is. */
    static int nextClear(long[] record, int start) {
      for (int word = start / Long.SIZE; word < BLOCK_WORDS; word++) {
        long clear = ~record[2 + word];
        if (word == start / Long.SIZE) {
          clear &= -1L << start;
        }
        if (clear != 0) {
          return word * Long.SIZE + Long.numberOfTrailingZeros(clear);
        }
      }
      return 1 << BLOCK_BITS;
    }
  }
}
