package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What was done is undone backwards, unless all of it succeeds. */
class RollbackTest {
  private final List<String> undone = new ArrayList<>();

  @Test
  void failureUndoesTheStepsBackwards() {
    assertThrows(IllegalStateException.class, () -> work(() -> undone.add("first"), false));
    assertEquals(List.of("second", "first"), undone);
  }

  @Test
  void successKeepsEverything() {
    work(() -> undone.add("first"), true);
    assertEquals(List.of(), undone);
  }

  @Test
  void failedInverseStopsNoOtherAndIsSuppressedUnderTheCause() {
    IllegalArgumentException stubborn = new IllegalArgumentException("stays");
    IllegalStateException cause =
        assertThrows(
            IllegalStateException.class,
            () ->
                work(
                    () -> {
                      undone.add("first");
                      throw stubborn;
                    },
                    false));
    assertEquals(List.of("second", "first"), undone);
    assertArrayEquals(new Throwable[] {stubborn}, cause.getSuppressed());
  }

  @Test
  void severalFailedInversesAreAllTold() {
    IllegalArgumentException first = new IllegalArgumentException("first");
    IllegalArgumentException second = new IllegalArgumentException("second");
    Rollback rollback = new Rollback();
    rollback.onFailure(
        () -> {
          throw first;
        });
    rollback.onFailure(
        () -> {
          throw second;
        });
    assertSame(second, assertThrows(IllegalArgumentException.class, rollback::close));
    assertArrayEquals(new Throwable[] {first}, second.getSuppressed());
  }

  private void work(Runnable firstInverse, boolean succeeds) {
    try (Rollback rollback = new Rollback()) {
      rollback.onFailure(firstInverse);
      rollback.onFailure(() -> undone.add("second"));
      if (!succeeds) {
        throw new IllegalStateException("the cause");
      }
      rollback.succeeded();
    }
  }
}
