package dev.weft.cni;

/** The alphabet that container ids and network names share (specification 1.1.0, sections 1, 2). */
final class Identifier {
  static final String SHOULD =
      "should begin with a letter or digit and hold only letters, digits, '_', '.' and '-'";

  private Identifier() {}

  static boolean isValid(String text) {
    if (text.isEmpty() || !isAlphanumeric(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isAlphanumeric(c) && c != '_' && c != '.' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
