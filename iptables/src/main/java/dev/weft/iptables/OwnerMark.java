package dev.weft.iptables;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The comment that says whose a rule or element is. It is the same for the same owner and differs
 * for others, so two are compared as text.
 *
 * <p>Names as the CNI specification allows them are written out: {@code network/ifName/container}.
 * Longer or stranger ones are named by digests: {@code #H1-H2}, of the network and of the whole.
 */
final class OwnerMark {
  /** What both nft and iptables keep, in bytes. */
  private static final int ROOM = 128;

  private static final int DIGEST_BYTES = 16;

  private OwnerMark() {}

  static String of(RuleOwner owner) {
    String plain = owner.network() + '/' + owner.ifName() + '/' + owner.containerId();
    boolean fits =
        plain.length() <= ROOM
            && isPlain(owner.network())
            && isPlain(owner.ifName())
            && isPlain(owner.containerId());
    return fits
        ? plain
        : networkDigest(owner.network())
            + digest(owner.network() + '\0' + owner.ifName() + '\0' + owner.containerId());
  }

  /** Tells the marks of a network that are of none of these owners. */
  static Predicate<String> beyond(String network, Set<RuleOwner> owners) {
    Set<String> kept = new HashSet<>();
    for (RuleOwner owner : owners) {
      kept.add(of(owner));
    }
    return mark -> isOfNetwork(mark, network) && !kept.contains(mark);
  }

  private static boolean isOfNetwork(String mark, String network) {
    return mark.startsWith("#")
        ? mark.startsWith(networkDigest(network))
        : isPlain(network) && mark.startsWith(network + '/');
  }

  private static String networkDigest(String network) {
    return '#' + digest(network) + '-';
  }

  private static String digest(String text) {
    byte[] bytes = sha512(text);
    return HexFormat.of().formatHex(bytes, 0, DIGEST_BYTES);
  }

  static byte[] sha512(String text) {
    try {
      return MessageDigest.getInstance("SHA-512").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-512", e);
    }
  }

  private static boolean isPlain(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '.'
              || c == '-';
      if (!plain) {
        return false;
      }
    }
    return !name.isEmpty();
  }
}
