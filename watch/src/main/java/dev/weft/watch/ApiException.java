package dev.weft.watch;

import java.time.Duration;

/** An API server did not answer as it should. The message is a sentence for people. */
final class ApiException extends Exception {
  private static final long serialVersionUID = 1;

  private final Kind kind;
  private final Duration retryAfter;

  /** What follows from it. */
  enum Kind {
    /** It may be tried again. */
    FAILED,
    /** What came cannot be trusted, so that it is better to begin anew. */
    NONSENSE,
    /** The server has forgotten the version that was asked for. */
    EXPIRED
  }

  ApiException(Kind kind, String message) {
    this(kind, message, Duration.ZERO);
  }

  /**
   * @param retryAfter how long the server wants to be left alone
   */
  ApiException(Kind kind, String message, Duration retryAfter) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  Kind kind() {
    return kind;
  }

  Duration retryAfter() {
    return retryAfter;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
