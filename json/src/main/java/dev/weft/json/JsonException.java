package dev.weft.json;

import org.jspecify.annotations.Nullable;

/** A text that is not the JSON it should be; the message names it and the place of the mistake. */
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1;

  JsonException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
