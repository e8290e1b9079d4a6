package dev.weft.services;

/**
 * A file that a user gave cannot be used at all. The message is a sentence that names the file and,
 * where one is wrong, the field.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InputException(String message) {
    super(message);
  }
}
