package dev.weft.pending;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records of which this process knows without a look at them what is owed: whoever asks how an
 * agent is must not wait for its disk.
 *
 * <p>What is known of an attachment changes only while this process holds it, so that no two
 * threads contradict each other. What other processes do is found out by {@link #all}.
 */
final class KnownRecords implements DeleteRecords {
  private final DeleteRecords records;
  private final Map<String, OwedDeletes.Delete> known = new ConcurrentHashMap<>();

  KnownRecords(DeleteRecords records) {
    this.records = records;
  }

  /** What was owed when this process last had to do with it. */
  OwedDeletes known() {
    List<OwedDeletes.Delete> deletes = List.copyOf(known.values());
    return new OwedDeletes(
        deletes.size(),
        deletes.stream()
            .sorted(
                Comparator.comparing(OwedDeletes.Delete::since)
                    .thenComparing(delete -> delete.attachment().containerId()))
            .limit(OwedDeletes.TOLD_LIMIT)
            .toList());
  }

  @Override
  public boolean inUse() {
    return records.inUse();
  }

  @Override
  public Optional<Held> tryHold(String name) throws IOException {
    Optional<Held> held = records.tryHold(name);
    return held.isPresent() ? Optional.of(new KnownHeld(name, held.get())) : held;
  }

  @Override
  public boolean isPending(String name) {
    return records.isPending(name);
  }

  /** {@inheritDoc} What others have come to owe, or have settled, is known after this. */
  @Override
  public SortedMap<String, byte[]> all() throws IOException {
    Set<String> before = Set.copyOf(known.keySet());
    SortedMap<String, byte[]> all = records.all();
    for (Map.Entry<String, byte[]> record : all.entrySet()) {
      if (record.getValue().length > 0 && !before.contains(record.getKey())) {
        lookAt(record.getKey());
      }
    }
    for (String name : before) {
      if (!all.containsKey(name)) {
        lookAt(name);
      }
    }
    return all;
  }

  /** Whoever else works on it just now may leave it owed or not: then it stays as it was known. */
  private void lookAt(String name) throws IOException {
    Optional<Held> taken = tryHold(name);
    if (taken.isPresent()) {
      try (Held held = taken.get()) {
        held.owed();
      }
    }
  }

  private void learn(String name, byte[] record) {
    Optional<PendingDelete> delete = PendingDelete.readAs(name, record);
    Optional<AttachmentKey> key = delete.flatMap(PendingDelete::key);
    if (key.isPresent()) {
      known.put(name, OwedDeletes.Delete.of(delete.get(), key.get()));
    } else {
      known.remove(name); // it makes no sense, and will be put aside
    }
  }

  private final class KnownHeld implements Held {
    private final String name;
    private final Held held;

    KnownHeld(String name, Held held) {
      this.name = name;
      this.held = held;
    }

    @Override
    public Optional<byte[]> owed() throws IOException {
      Optional<byte[]> record = held.owed();
      if (record.isPresent()) {
        learn(name, record.get());
      } else {
        known.remove(name);
      }
      return record;
    }

    @Override
    public void begin(byte[] record) throws IOException {
      held.begin(record);
    }

    @Override
    public void keep(byte[] record) throws IOException {
      held.keep(record);
      learn(name, record);
    }

    @Override
    public void settle() throws IOException {
      known.remove(name); // first: with the record goes the hold, and another may come to owe
      held.settle();
    }

    @Override
    public void setAside() throws IOException {
      held.setAside();
      known.remove(name);
    }

    @Override
    public void close() {
      held.close();
    }
  }
}
