package dev.weft.services.yaml;

import dev.weft.json.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a word without quotes means, as kubectl's YAML library (goyaml, version 2) takes it: {@code
 * yes} is true, {@code 0x50} and {@code 0120} are 80, {@code 1_000} is a thousand; dates and times
 * are strings. Two things that JSON cannot hold, {@code .inf} and {@code .nan}, are strings too.
 */
final class PlainScalar {
  private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");

  private static final Set<String> TRUE =
      Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");

  private static final Set<String> FALSE =
      Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");

  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

  /** Longer words are strings: reading a number takes longer than its length. */
  private static final int MOST_DIGITS = 100;

  private PlainScalar() {}

  static Json resolve(String word) {
    if (NULL.contains(word)) {
      return new Json.Null();
    }
    if (TRUE.contains(word)) {
      return new Json.Bool(true);
    }
    if (FALSE.contains(word)) {
      return new Json.Bool(false);
    }
    char first = word.charAt(0);
    boolean number = "+-.".indexOf(first) >= 0 || (first >= '0' && first <= '9');
    return number && word.length() <= MOST_DIGITS ? number(word) : new Json.Str(word);
  }

  private static Json number(String word) {
    String plain = word.replace("_", "");
    boolean signed = plain.startsWith("-") || plain.startsWith("+");
    String unsigned = signed ? plain.substring(1) : plain;
    int radix = radix(unsigned);
    String digits = unsigned.substring(radix == 10 ? 0 : radix == 8 ? octalStart(unsigned) : 2);
    if (isWhole(digits, radix)) {
      BigInteger value = new BigInteger(digits, radix);
      return new Json.Num(new BigDecimal(plain.startsWith("-") ? value.negate() : value));
    }
    if (FLOAT.matcher(plain).matches()) {
      double value = Double.parseDouble(plain);
      return Double.isInfinite(value)
          ? new Json.Str(word)
          : new Json.Num(BigDecimal.valueOf(value));
    }
    return new Json.Str(word);
  }

  private static int radix(String unsigned) {
    if (unsigned.length() < 2 || unsigned.charAt(0) != '0') {
      return 10;
    }
    return switch (unsigned.charAt(1)) {
      case 'x', 'X' -> 16;
      case 'b', 'B' -> 2;
      default -> 8;
    };
  }

  /** Octal numbers begin with {@code 0o}, or with 0 alone. */
  private static int octalStart(String unsigned) {
    return Character.toLowerCase(unsigned.charAt(1)) == 'o' ? 2 : 1;
  }

  private static boolean isWhole(String digits, int radix) {
    return !digits.isEmpty()
        && digits.chars().allMatch(digit -> digit < 128 && Character.digit(digit, radix) >= 0);
  }
}
