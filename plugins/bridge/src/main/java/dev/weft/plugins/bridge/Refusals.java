package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import java.util.function.Supplier;

/** The kernel's refusals: told to the runtime, or expected. */
final class Refusals {
  private Refusals() {}

  /**
   * Runs work; what the kernel refuses becomes an error with code 102 and the kernel's sentence.
   */
  static <T> T translate(Supplier<T> work) {
    try {
      return work.get();
    } catch (KernelException e) {
      throw new CniException(ErrorCode.KERNEL_REFUSED, String.valueOf(e.getMessage()), e);
    }
  }

  static void translate(Runnable work) {
    translate(
        () -> {
          work.run();
          return true;
        });
  }

  /** Does something that may have been done already, of which this error tells. */
  static void unless(Errno done, Runnable step) {
    try {
      step.run();
    } catch (KernelException e) {
      if (e.errno() != done) {
        throw e;
      }
    }
  }
}
