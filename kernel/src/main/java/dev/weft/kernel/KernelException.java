package dev.weft.kernel;

import java.util.Objects;

/** The kernel refused. The message is a sentence: what was asked, and what the kernel disliked. */
public final class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Errno errno;

  public KernelException(Errno errno, String message) {
    super(message);
    this.errno = errno;
  }

  public KernelException(Errno errno, String message, Throwable cause) {
    super(message, cause);
    this.errno = errno;
  }

  /** The sentence: what was asked, and what the kernel disliked. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /** Ends a sentence on what failed with the kernel's reason, an error number of errno(3). */
  public static KernelException because(String whatFailed, int errno) {
    return new KernelException(Errno.of(errno), whatFailed + ": " + Errno.text(errno));
  }

  public Errno errno() {
    return errno;
  }
}
