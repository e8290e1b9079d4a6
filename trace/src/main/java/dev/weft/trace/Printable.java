package dev.weft.trace;

/**
 * What somebody wrote into an object, so that it stays within its line and tells a terminal
 * nothing.
 */
final class Printable {
  private Printable() {}

  static String of(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              int type = Character.getType(c);
              boolean harmless =
                  type != Character.CONTROL
                      && type != Character.FORMAT
                      && type != Character.LINE_SEPARATOR
                      && type != Character.PARAGRAPH_SEPARATOR;
              plain.appendCodePoint(harmless ? c : '?');
            });
    return plain.toString();
  }
}
