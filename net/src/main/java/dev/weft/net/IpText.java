package dev.weft.net;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Addresses as text: dotted decimal, and RFC 4291 (read) and RFC 5952 (written). */
final class IpText {
  private static final int GROUPS = 8;

  private IpText() {}

  static Optional<IpAddress> parseV4(String text) {
    long word = 0;
    int octets = 0;
    int start = 0;
    while (start <= text.length()) {
      int dot = text.indexOf('.', start);
      int end = dot < 0 ? text.length() : dot;
      int octet = octet(text, start, end);
      if (octet < 0 || ++octets > 4) {
        return Optional.empty();
      }
      word = word << 8 | octet;
      start = end + 1;
    }
    return octets == 4 ? Optional.of(new IpAddress(IpFamily.V4, 0, word)) : Optional.empty();
  }

  /** 0 to 255 without leading zeros, which some programs read as octal; else -1. */
  private static int octet(String text, int start, int end) {
    int length = end - start;
    if (length < 1 || length > 3 || (length > 1 && text.charAt(start) == '0')) {
      return -1;
    }
    int value = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value <= 255 ? value : -1;
  }

  static Optional<IpAddress> parseV6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      int[] groups = groups(text, true);
      return groups != null && groups.length == GROUPS ? assemble(groups) : Optional.empty();
    }
    if (text.indexOf("::", gap + 1) >= 0) {
      return Optional.empty();
    }
    int[] before = groups(text.substring(0, gap), false);
    int[] after = groups(text.substring(gap + 2), true);
    if (before == null || after == null || before.length + after.length >= GROUPS) {
      return Optional.empty();
    }
    int[] all = Arrays.copyOf(before, GROUPS);
    System.arraycopy(after, 0, all, GROUPS - after.length, after.length);
    return assemble(all);
  }

  /** The 16-bit groups of a part without {@code ::}; null if it is malformed. */
  private static int @Nullable [] groups(String part, boolean endsAddress) {
    if (part.isEmpty()) {
      return new int[0];
    }
    String[] words = part.split(":", -1);
    String last = words[words.length - 1];
    boolean embedsV4 = endsAddress && last.indexOf('.') >= 0;
    int[] groups = new int[words.length + (embedsV4 ? 1 : 0)];
    int plain = embedsV4 ? words.length - 1 : words.length;
    for (int i = 0; i < plain; i++) {
      groups[i] = group(words[i]);
      if (groups[i] < 0) {
        return null;
      }
    }
    if (embedsV4) {
      Optional<IpAddress> v4 = parseV4(last);
      if (v4.isEmpty()) {
        return null;
      }
      groups[plain] = (int) (v4.get().low() >>> 16);
      groups[plain + 1] = (int) (v4.get().low() & 0xFFFF);
    }
    return groups;
  }

  private static int group(String word) {
    if (word.isEmpty() || word.length() > 4) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < word.length(); i++) {
      int digit = word.charAt(i) < 128 ? Character.digit(word.charAt(i), 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static Optional<IpAddress> assemble(int[] groups) {
    if (groups.length != GROUPS) {
      return Optional.empty();
    }
    long high = word(groups, 0);
    long low = word(groups, 4);
    boolean mapped = high == 0 && low >>> 32 == 0xFFFF;
    return Optional.of(
        mapped
            ? new IpAddress(IpFamily.V4, 0, low & 0xFFFF_FFFFL)
            : new IpAddress(IpFamily.V6, high, low));
  }

  private static long word(int[] groups, int from) {
    return (long) groups[from] << 48
        | (long) groups[from + 1] << 32
        | (long) groups[from + 2] << 16
        | groups[from + 3];
  }

  static String formatV4(long word) {
    return (word >>> 24)
        + "."
        + (word >>> 16 & 0xFF)
        + "."
        + (word >>> 8 & 0xFF)
        + "."
        + (word & 0xFF);
  }

  static String formatV6(byte[] bytes) {
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (bytes[2 * i] & 0xFF) << 8 | (bytes[2 * i + 1] & 0xFF);
    }
    int gapStart = -1;
    int gapLength = 1; // RFC 5952, 4.2.2: a single group of zeros is not shortened
    for (int i = 0; i < GROUPS; i++) {
      int j = i;
      while (j < GROUPS && groups[j] == 0) {
        j++;
      }
      if (j - i > gapLength) {
        gapStart = i;
        gapLength = j - i;
      }
      i = Math.max(i, j - 1);
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < GROUPS; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
