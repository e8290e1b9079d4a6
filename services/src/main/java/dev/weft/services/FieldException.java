package dev.weft.services;

/**
 * A field of an object that cannot be what it is; the message is a sentence that begins with it.
 */
public final class FieldException extends RuntimeException {
  private static final long serialVersionUID = 1;

  FieldException(String message) {
    super(message);
  }
}
