package dev.weft.services.yaml;

/** A document that is not the YAML it should be; the message says what is wrong, not where. */
public final class YamlException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int line;

  YamlException(int line, String message) {
    super(message);
    this.line = line;
  }

  /** Where the mistake is; the document's first line is 1. */
  public int line() {
    return line;
  }
}
