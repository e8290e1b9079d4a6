package dev.weft.pending;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.pending.DeleteRecords.Held;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What all records of DELs do alike. */
abstract class DeleteRecordsContract {
  static final String NAME = "0123456789abcdef0123456789abcdef";
  static final String OTHER = "fedcba9876543210fedcba9876543210";

  /** Those of one process; all of a test share what is written down. */
  abstract DeleteRecords records() throws IOException;

  /** From now on everybody keeps records. */
  abstract void use() throws IOException;

  @Test
  void areInUseOnceAnAgentWasHere() throws Exception {
    assertFalse(records().inUse());
    use();
    assertTrue(records().inUse());
  }

  @Test
  void areInUseWhileSomethingIsPending() throws Exception {
    keep("one");
    assertTrue(records().inUse());
  }

  @Test
  void keepOthersOutUntilClosed() throws Exception {
    try (Held _ = hold(NAME)) {
      assertEquals(Optional.empty(), records().tryHold(NAME));
      hold(OTHER).close();
    }
    hold(NAME).close();
    assertTrue(records().all().isEmpty());
  }

  @Test
  void letOthersInOnceSettled() throws Exception {
    Held first = hold(NAME);
    first.settle();
    try (Held second = hold(NAME)) {
      first.close();
      assertEquals(Optional.empty(), records().tryHold(NAME));
      second.settle();
    }
    assertTrue(records().all().isEmpty());
  }

  @Test
  void tellWhatWasBegunAndNotSettled() throws Exception {
    try (Held held = hold(NAME)) {
      held.begin("begun".getBytes(UTF_8));
    }
    assertOwed("begun");
    assertArrayEquals("begun".getBytes(UTF_8), records().all().get(NAME));
    try (Held held = hold(NAME)) {
      held.settle();
    }
    assertNothingIsOwed();
  }

  @Test
  void tellWhatIsPendingUntilItIsSettled() throws Exception {
    keep("one");
    assertTrue(records().isPending(NAME));
    assertOwed("one");
    keep("two");
    assertOwed("two");
    try (Held held = hold(NAME)) {
      held.settle();
    }
    assertFalse(records().isPending(NAME));
    assertNothingIsOwed();
  }

  @Test
  void keepWhatWasBegunAsPending() throws Exception {
    try (Held held = hold(NAME)) {
      held.begin("begun".getBytes(UTF_8));
      held.keep("kept".getBytes(UTF_8));
    }
    assertOwed("kept");
    try (Held held = hold(NAME)) {
      held.settle();
    }
    assertNothingIsOwed();
  }

  @Test
  void putAsideWhatMakesNoSense() throws Exception {
    keep("pending");
    try (Held held = hold(NAME)) {
      held.begin("begun".getBytes(UTF_8));
      held.setAside();
    }
    assertOwed("pending");
    try (Held held = hold(NAME)) {
      held.setAside();
    }
    assertNothingIsOwed();
  }

  Held hold(String name) throws IOException {
    return records().tryHold(name).orElseThrow(() -> new AssertionError("somebody has it"));
  }

  void keep(String record) throws IOException {
    try (Held held = hold(NAME)) {
      held.keep(record.getBytes(UTF_8));
    }
  }

  void assertOwed(String record) throws IOException {
    try (Held held = hold(NAME)) {
      assertEquals(Optional.of(record), held.owed().map(bytes -> new String(bytes, UTF_8)));
    }
  }

  void assertNothingIsOwed() throws IOException {
    try (Held held = hold(NAME)) {
      assertEquals(Optional.empty(), held.owed());
    }
    assertTrue(records().all().isEmpty());
  }
}
