package dev.weft.cni;

import org.jspecify.annotations.Nullable;

/**
 * A call that failed, with what the runtime is told: a code, a sentence and a detail.
 *
 * <p>The sentence names the field or object, says what is wrong and what would be right.
 */
public final class CniException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int code;
  private final String details;

  public CniException(ErrorCode code, String message) {
    this(code.number(), message, "", null);
  }

  public CniException(ErrorCode code, String message, String details) {
    this(code.number(), message, details, null);
  }

  public CniException(ErrorCode code, String message, Throwable cause) {
    this(code.number(), message, "", cause);
  }

  /**
   * Keeps the code that another plugin gave, whatever it is.
   *
   * @param code 1 or more
   */
  public CniException(int code, String message, String details, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.details = details;
  }

  public int code() {
    return code;
  }

  /** More for whoever looks closer; empty if there is nothing to add. */
  public String details() {
    return details;
  }
}
