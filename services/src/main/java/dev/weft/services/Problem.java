package dev.weft.services;

/**
 * Something that is wrong with what a user wrote down.
 *
 * @param text names the file, the document and, where known, object and field; what is wrong and
 *     what would be right
 */
public record Problem(Severity severity, String text) {

  /** What follows from it. */
  public enum Severity {
    /** What it is about is left out. */
    ERROR,
    /** It is used all the same, though an API server would not take it, or not as it is meant. */
    WARNING
  }

  public static Problem error(String text) {
    return new Problem(Severity.ERROR, text);
  }

  public static Problem warning(String text) {
    return new Problem(Severity.WARNING, text);
  }

  @Override
  public String toString() {
    return text;
  }
}
