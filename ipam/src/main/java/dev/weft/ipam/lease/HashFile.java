package dev.weft.ipam.lease;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A hash table in a file: open addressing, linear probing, never more than half full, so that
 * finding, adding and removing read and write a few records whatever the table holds.
 *
 * <p>A record is a fixed number of 64-bit words, the first of which are its key; a key may occur
 * several times but not be all zero. The file is a header (magic, capacity, number of records,
 * words in a record) and {@code capacity} slots, big-endian; a slot with a zero key is free. There
 * is no order of writes that survives a crash: whoever uses it must know whether the last one ended
 * well.
 */
final class HashFile implements AutoCloseable {
  private static final long MAGIC = 0x776566_7468_3031L; // "wefth01"
  private static final int HEADER = 4 * Long.BYTES;
  private static final int LEAST_CAPACITY = 64;

  private final Path file;
  private final FileChannel channel;
  private final Disk disk;
  private final int keyWords;
  private final int words;
  private long capacity;
  private long size;

  private HashFile(Path file, Disk disk, FileChannel channel, int keyWords, int words) {
    this.file = file;
    this.disk = disk;
    this.channel = channel;
    this.keyWords = keyWords;
    this.words = words;
  }

  /**
   * Opens a table that stands.
   *
   * @throws IOException if there is none, or what is there is something else
   */
  static HashFile open(Path file, Disk disk, int keyWords, int words) throws IOException {
    FileChannel channel = FileChannel.open(file, Set.of(READ, WRITE, LinkOption.NOFOLLOW_LINKS));
    HashFile table = new HashFile(file, disk, channel, keyWords, words);
    try {
      table.readHeader();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return table;
  }

  /** Writes a new table in the place of whatever stands. */
  static HashFile create(Path file, Disk disk, int keyWords, int words, List<long[]> records)
      throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, Set.of(CREATE, TRUNCATE_EXISTING, READ, WRITE, LinkOption.NOFOLLOW_LINKS));
    HashFile table = new HashFile(file, disk, channel, keyWords, words);
    try {
      table.fill(records);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return table;
  }

  /** All records with the key that a record begins with. */
  List<long[]> find(long... key) throws IOException {
    List<long[]> found = new ArrayList<>(1);
    for (long slot = home(key); ; slot = next(slot)) {
      long[] record = read(slot);
      if (isFree(record)) {
        return found;
      }
      if (sameKey(record, key)) {
        found.add(record);
      }
    }
  }

  /** Adds a record, also beside others with its key. */
  void add(long[] record) throws IOException {
    if (2 * (size + 1) > capacity) {
      List<long[]> records = readAll();
      records.add(record);
      fill(records);
      return;
    }
    long slot = home(record);
    while (!isFree(read(slot))) {
      slot = next(slot);
    }
    write(slot, record);
    resize(size + 1);
  }

  /** Puts a record in the place of the first one with its key, or adds it. */
  void put(long[] record) throws IOException {
    for (long slot = home(record); ; slot = next(slot)) {
      long[] there = read(slot);
      if (isFree(there)) {
        add(record);
        return;
      }
      if (sameKey(there, record)) {
        write(slot, record);
        return;
      }
    }
  }

  /** Removes one record equal to this one, if there is one. */
  void remove(long[] record) throws IOException {
    for (long slot = home(record); ; slot = next(slot)) {
      long[] there = read(slot);
      if (isFree(there)) {
        return;
      }
      if (Arrays.equals(there, record)) {
        closeGap(slot);
        resize(size - 1);
        return;
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was promised: only a sealed index is read again.
    }
  }

  /** Frees a slot, and moves back what was put behind it only because it was full. */
  private void closeGap(long freed) throws IOException {
    long gap = freed;
    for (long slot = next(gap); ; slot = next(slot)) {
      long[] record = read(slot);
      if (isFree(record)) {
        write(gap, new long[words]);
        return;
      }
      long fromHome = (slot - home(record)) & (capacity - 1);
      long fromGap = (slot - gap) & (capacity - 1);
      if (fromHome >= fromGap) {
        write(gap, record);
        gap = slot;
      }
    }
  }

  private void fill(List<long[]> records) throws IOException {
    long slots = Math.max(LEAST_CAPACITY, Long.highestOneBit(Math.max(1, records.size())) * 4);
    if (slots * recordBytes() > Integer.MAX_VALUE - HEADER) {
      throw new IOException(file + ": too many records for one table");
    }
    capacity = slots;
    size = records.size();
    ByteBuffer image = ByteBuffer.allocate(HEADER + (int) slots * recordBytes());
    image.putLong(MAGIC).putLong(capacity).putLong(size).putLong(words);
    for (long[] record : records) {
      long slot = home(record);
      while (!isFree(record(image, HEADER + (int) slot * recordBytes()))) {
        slot = next(slot);
      }
      image.position(HEADER + (int) slot * recordBytes());
      for (long word : record) {
        image.putLong(word);
      }
    }
    disk.write(channel, image.clear(), 0);
  }

  private List<long[]> readAll() throws IOException {
    ByteBuffer image = read(HEADER, (int) capacity * recordBytes());
    List<long[]> records = new ArrayList<>((int) size + 1);
    for (int at = 0; at < image.capacity(); at += recordBytes()) {
      long[] record = record(image, at);
      if (!isFree(record)) {
        records.add(record);
      }
    }
    return records;
  }

  private void readHeader() throws IOException {
    ByteBuffer header = read(0, HEADER);
    boolean ours = header.getLong() == MAGIC;
    capacity = header.getLong();
    size = header.getLong();
    boolean fits = header.getLong() == words && Long.bitCount(capacity) == 1 && size < capacity;
    if (!ours || !fits || channel.size() != HEADER + capacity * recordBytes()) {
      throw new IOException(file + " is not such a table");
    }
  }

  private void resize(long records) throws IOException {
    size = records;
    ByteBuffer word = ByteBuffer.allocate(Long.BYTES).putLong(size).flip();
    disk.write(channel, word, 2 * Long.BYTES);
  }

  private long[] read(long slot) throws IOException {
    return record(read(HEADER + slot * recordBytes(), recordBytes()), 0);
  }

  private ByteBuffer read(long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new IOException(file + " ends too early");
      }
    }
    return bytes.flip();
  }

  private void write(long slot, long[] record) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(recordBytes());
    for (long word : record) {
      bytes.putLong(word);
    }
    disk.write(channel, bytes.flip(), HEADER + slot * recordBytes());
  }

  private long[] record(ByteBuffer bytes, int at) {
    long[] record = new long[words];
    for (int i = 0; i < words; i++) {
      record[i] = bytes.getLong(at + i * Long.BYTES);
    }
    return record;
  }

  private int recordBytes() {
    return words * Long.BYTES;
  }

  private long home(long[] key) {
    long hash = 0;
    for (int i = 0; i < keyWords; i++) {
      hash = mix(hash ^ key[i]);
    }
    return hash & (capacity - 1);
  }

  private long next(long slot) {
    return (slot + 1) & (capacity - 1);
  }

  private boolean isFree(long[] record) {
    for (int i = 0; i < keyWords; i++) {
      if (record[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean sameKey(long[] one, long[] other) {
    return Arrays.equals(one, 0, keyWords, other, 0, keyWords);
  }

  /** Spreads every bit over all 64 (the finalizer of SplitMix64). */
  static long mix(long word) {
    long mixed = (word ^ word >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }
}
