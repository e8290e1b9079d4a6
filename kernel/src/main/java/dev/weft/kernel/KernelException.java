package dev.weft.kernel;

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

  public Errno errno() {
    return errno;
  }
}
