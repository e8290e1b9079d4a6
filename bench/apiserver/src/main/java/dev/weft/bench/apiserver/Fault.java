package dev.weft.bench.apiserver;

import java.util.OptionalInt;

/** How the server can fail. */
public sealed interface Fault {

  /**
   * It answers with an error; in a watch that is open, by an event.
   *
   * @param code of HTTP
   * @param retryAfter the header, in seconds
   */
  record Refusal(int code, OptionalInt retryAfter) implements Fault {}

  /** It answers, or goes on in a watch, with this text and ends. */
  record Garbage(String text) implements Fault {}

  /** It sends nothing any more, and does not end. */
  record Silence() implements Fault {}

  /** It closes the connection. */
  record Hangup() implements Fault {}
}
