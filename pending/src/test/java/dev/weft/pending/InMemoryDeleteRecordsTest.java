package dev.weft.pending;

/** The twin of the records on disk. */
class InMemoryDeleteRecordsTest extends DeleteRecordsContract {
  private final InMemoryDeleteRecords.Memory memory = new InMemoryDeleteRecords.Memory();

  @Override
  InMemoryDeleteRecords records() {
    return new InMemoryDeleteRecords(memory, () -> {});
  }

  @Override
  void use() {
    records().use();
  }
}
