package dev.weft.pending;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The twin of the records on disk, as one process sees them; several may share one memory. */
final class InMemoryDeleteRecords implements DeleteRecords {

  /** What is written down on one machine. */
  static final class Memory {
    private final Map<String, byte[]> begun = new HashMap<>();
    private final Map<String, byte[]> pending = new TreeMap<>();
    private final Map<String, HeldRecord> holders = new HashMap<>();
    private boolean used;

    /** A reboot: what was begun is forgotten, and all who held anything are gone. */
    synchronized void reboot() {
      begun.clear();
      holders.clear();
      used = false;
    }

    /** Whether a record says that something is owed. */
    synchronized boolean isOwed(String name) {
      byte[] record = begun.get(name);
      return pending.containsKey(name) || (record != null && record.length > 0);
    }

    /** The names of all records, whoever holds them. */
    synchronized Set<String> names() {
      Set<String> names = new HashSet<>(begun.keySet());
      names.addAll(pending.keySet());
      return names;
    }
  }

  /** What happens before each step: it may wait, or end the process by throwing an error. */
  @FunctionalInterface
  interface BeforeStep {
    void run() throws IOException;
  }

  private final Memory memory;
  private final BeforeStep beforeStep;
  private final Set<HeldRecord> holding = new HashSet<>();

  InMemoryDeleteRecords(Memory memory, BeforeStep beforeStep) {
    this.memory = memory;
    this.beforeStep = beforeStep;
  }

  /** What an agent does before it serves its first call: from now on everybody keeps records. */
  void use() {
    synchronized (memory) {
      memory.used = true;
    }
  }

  /** The process is killed: the kernel frees what it held, and records stay as they are. */
  void kill() {
    synchronized (memory) {
      memory.holders.values().removeIf(holding::contains);
      holding.clear();
    }
  }

  @Override
  public boolean inUse() {
    synchronized (memory) {
      return memory.used || !memory.pending.isEmpty();
    }
  }

  @Override
  public Optional<Held> tryHold(String name) throws IOException {
    beforeStep.run();
    synchronized (memory) {
      if (memory.holders.containsKey(name)) {
        return Optional.empty();
      }
      memory.used = true;
      HeldRecord held = new HeldRecord(name);
      memory.holders.put(name, held);
      memory.begun.putIfAbsent(name, new byte[0]);
      holding.add(held);
      return Optional.of(held);
    }
  }

  @Override
  public boolean isPending(String name) {
    synchronized (memory) {
      return memory.pending.containsKey(name);
    }
  }

  @Override
  public SortedMap<String, byte[]> all() throws IOException {
    beforeStep.run();
    synchronized (memory) {
      SortedMap<String, byte[]> all = new TreeMap<>(memory.pending);
      all.putAll(memory.begun);
      return all;
    }
  }

  private final class HeldRecord implements Held {
    private final String name;
    private boolean settled;

    HeldRecord(String name) {
      this.name = name;
    }

    private boolean leavesRecord() {
      byte[] record = memory.begun.get(name);
      return record != null && record.length > 0;
    }

    @Override
    public Optional<byte[]> owed() throws IOException {
      beforeStep.run();
      synchronized (memory) {
        return Optional.ofNullable(
            leavesRecord() ? memory.begun.get(name) : memory.pending.get(name));
      }
    }

    @Override
    public void begin(byte[] record) throws IOException {
      beforeStep.run();
      synchronized (memory) {
        memory.begun.put(name, record);
      }
    }

    @Override
    public void keep(byte[] record) throws IOException {
      beforeStep.run();
      synchronized (memory) {
        memory.pending.put(name, record);
      }
      beforeStep.run();
      synchronized (memory) {
        memory.begun.put(name, new byte[0]);
      }
    }

    @Override
    public void settle() throws IOException {
      beforeStep.run();
      synchronized (memory) {
        memory.pending.remove(name);
      }
      beforeStep.run();
      synchronized (memory) {
        memory.begun.remove(name);
        memory.holders.remove(name, this);
        settled = true;
      }
    }

    @Override
    public void setAside() throws IOException {
      beforeStep.run();
      synchronized (memory) {
        if (leavesRecord()) {
          memory.begun.put(name, new byte[0]);
        } else {
          memory.pending.remove(name);
        }
      }
    }

    @Override
    public void close() {
      synchronized (memory) {
        if (memory.holders.remove(name, this) && !settled && !leavesRecord()) {
          memory.begun.remove(name);
        }
        holding.remove(this);
      }
    }
  }
}
