package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;

/** Hears of every change before it happens, and may refuse it. */
@FunctionalInterface
public interface ChangeHook {

  /**
   * Called before a change.
   *
   * @throws KernelException to refuse it: the operation throws this and changes nothing
   */
  void before(Change change);

  /** Lets everything pass. */
  static ChangeHook none() {
    return change -> {};
  }

  /** Refuses one change, counted from 1, and lets all others pass. */
  static ChangeHook failing(long number, Errno errno) {
    return change -> {
      if (change.number() == number) {
        throw new KernelException(
            errno, "Change " + number + ", " + change.operation() + ", was made to fail.");
      }
    };
  }
}
