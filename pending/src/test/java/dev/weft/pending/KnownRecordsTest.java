package dev.weft.pending;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.cni.Attachment;
import dev.weft.pending.DeleteRecords.Held;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an agent knows to be owed without a look at its disk. */
class KnownRecordsTest {
  private final InMemoryDeleteRecords.Memory memory = new InMemoryDeleteRecords.Memory();

  /** Whether each step on the records fails. */
  private boolean diskIsBroken;

  private final KnownRecords records = newProcess();
  private final PendingDelete first = failed("c1", 5000);

  private KnownRecords newProcess() {
    return new KnownRecords(
        new InMemoryDeleteRecords(
            memory,
            () -> {
              if (diskIsBroken) {
                throw new IOException("the disk is broken");
              }
            }));
  }

  @Test
  void whatIsKeptIsKnownUntilItIsSettled() throws Exception {
    assertEquals(new OwedDeletes(0, List.of()), records.known());
    keep(records, first);
    diskIsBroken = true;
    assertEquals(
        new OwedDeletes(
            1,
            List.of(
                new OwedDeletes.Delete(
                    "bridge",
                    "blue",
                    new Attachment("c1", "eth0"),
                    Instant.ofEpochSecond(5),
                    1,
                    "the disk is full"))),
        records.known());
    diskIsBroken = false;
    keep(records, first.failed("the disk is still full", 7000));
    assertEquals(2, onlyKnown().attempts());
    assertEquals("the disk is still full", onlyKnown().error());
    assertEquals(Instant.ofEpochSecond(5), onlyKnown().since());
    settle(records, first);
    assertEquals(0, records.known().number());
  }

  @Test
  void whatCannotBeKeptIsNotKnown() throws Exception {
    try (Held held = hold(records, first)) {
      diskIsBroken = true;
      assertThrows(IOException.class, () -> held.keep(first.write()));
    }
    assertEquals(0, records.known().number());
  }

  @Test
  void whatCannotBeSettledIsKnownAgainOnceItIsListed() throws Exception {
    keep(records, first);
    try (Held held = hold(records, first)) {
      diskIsBroken = true;
      assertThrows(IOException.class, held::settle);
    }
    diskIsBroken = false;
    assertEquals(Set.of(nameOf(first)), records.all().keySet());
    assertEquals("c1", onlyKnown().attachment().containerId());
  }

  @Test
  void whatOthersKeepAndSettleIsKnownOnceItIsListed() throws Exception {
    KnownRecords other = newProcess();
    keep(other, first);
    assertEquals(0, records.known().number());
    records.all();
    assertEquals(other.known(), records.known());
    settle(other, first);
    assertEquals(1, records.known().number());
    records.all();
    assertEquals(0, records.known().number());
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void whatSomebodyBeginsIsNotOwedBeforeHeIsGone() throws Exception {
    PendingDelete add =
        PendingDelete.of("bridge", first.environment(), configuration(), first.since());
    InMemoryDeleteRecords killed = new InMemoryDeleteRecords(memory, () -> {});
    killed.tryHold(nameOf(add)).orElseThrow().begin(add.write());
    assertEquals(Set.of(nameOf(add)), records.all().keySet());
    assertEquals(0, records.known().number());
    killed.kill();
    records.all();
    assertEquals(0, onlyKnown().attempts());
    assertEquals("", onlyKnown().error());
  }

  @Test
  void whatMakesNoSenseIsNotKnown() throws Exception {
    keep(records, first);
    try (Held held = hold(records, first)) {
      held.keep("{".getBytes(StandardCharsets.UTF_8));
      assertEquals(0, records.known().number());
    }
    keep(records, first);
    try (Held held = hold(records, first)) {
      held.setAside();
    }
    assertEquals(0, records.known().number());
  }

  @Test
  void theOldestAreToldOfMany() throws Exception {
    for (int i = 12; i > 0; i--) {
      keep(records, failed("c" + i, 1000L * i));
    }
    assertEquals(12, records.known().number());
    assertEquals(
        List.of("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10"),
        records.known().oldest().stream()
            .map(delete -> delete.attachment().containerId())
            .toList());
  }

  @Test
  void aPluginsSentenceIsToldAsFarAsAnybodyReads() throws Exception {
    keep(records, first.failed("x".repeat(100_000), 7000));
    assertEquals(1000, onlyKnown().error().length());
  }

  private OwedDeletes.Delete onlyKnown() {
    assertEquals(1, records.known().number());
    return records.known().oldest().getFirst();
  }

  private static void keep(KnownRecords records, PendingDelete delete) throws IOException {
    try (Held held = hold(records, delete)) {
      held.keep(delete.write());
    }
  }

  private static void settle(KnownRecords records, PendingDelete delete) throws IOException {
    try (Held held = hold(records, delete)) {
      held.settle();
    }
  }

  private static Held hold(KnownRecords records, PendingDelete delete) throws IOException {
    Optional<Held> held = records.tryHold(nameOf(delete));
    return held.orElseThrow();
  }

  private static String nameOf(PendingDelete delete) {
    return delete.key().orElseThrow().digest();
  }

  private static PendingDelete failed(String container, long since) {
    return PendingDelete.of(
            "bridge",
            Map.of("CNI_CONTAINERID", container, "CNI_IFNAME", "eth0"),
            configuration(),
            since)
        .failed("the disk is full", since);
  }

  private static byte[] configuration() {
    return "{\"name\":\"blue\"}".getBytes(StandardCharsets.UTF_8);
  }
}
