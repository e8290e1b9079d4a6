package dev.weft.iptables.compile;

import dev.weft.services.Backend;
import dev.weft.services.ServedPort;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What our chains are called, and which bit of a packet's mark is ours: as kube-proxy has it, under
 * a prefix of our own, so that both can stand on one node.
 *
 * @param prefix at most 8 bytes
 * @param masqueradeBit of the mark: this packet shall be masqueraded. Kubernetes has 0x4000 and
 *     0x8000, Cilium 0x0f00, Calico the upper half
 */
public record Names(String prefix, int masqueradeBit) {
  public static final Names WEFT = new Names("WEFT", 0x2000);

  private static final Set<String> SHARED =
      Arrays.stream(SharedChain.values()).map(SharedChain::suffix).collect(Collectors.toSet());
  private static final Set<String> OF_PORTS = Set.of("SVC", "SVL", "EXT", "FW", "SEP");

  private static final MessageDigest SHA_256 = lookUp();
  private static final int HASH_LENGTH = 16;
  private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648, base 32

  /** The table of nftables mode. */
  public String table() {
    return prefix.toLowerCase(Locale.ROOT) + "_services";
  }

  /** A chain that there is once. */
  public String shared(SharedChain chain) {
    return shared(chain.suffix());
  }

  /** A chain that there is once. */
  String shared(String name) {
    return prefix + "-" + name;
  }

  /** Whether a chain of this name is one that Services become under this prefix, in any table. */
  public boolean isChain(String name) {
    if (!name.startsWith(prefix + "-")) {
      return false;
    }
    String rest = name.substring(prefix.length() + 1);
    int hyphen = rest.indexOf('-');
    return SHARED.contains(rest)
        || (hyphen > 0
            && OF_PORTS.contains(rest.substring(0, hyphen))
            && isHash(rest.substring(hyphen + 1)));
  }

  private static boolean isHash(String text) {
    return text.length() == HASH_LENGTH && text.chars().allMatch(c -> DIGITS.indexOf(c) >= 0);
  }

  /** Where packets to a port go that may be served by any node. */
  String cluster(ServedPort port) {
    return of("SVC", identity(port));
  }

  /** Where packets to a port go that only this node may serve. */
  String local(ServedPort port) {
    return of("SVL", identity(port));
  }

  /** Where packets come that were not sent to the cluster IP. */
  String external(ServedPort port) {
    return of("EXT", identity(port));
  }

  /** Where packets to a load balancer's address are looked at for where they come from. */
  String firewall(ServedPort port) {
    return of("FW", identity(port));
  }

  /** One endpoint of a port. */
  String endpoint(ServedPort port, Backend backend) {
    return of("SEP", identity(port) + backend);
  }

  private static String identity(ServedPort port) {
    return port + port.protocol().name().toLowerCase(Locale.ROOT);
  }

  private static MessageDigest sha256() {
    try {
      return (MessageDigest) SHA_256.clone(); // to look it up among all providers takes longer
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's own SHA-256 can be cloned", e);
    }
  }

  private static MessageDigest lookUp() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private String of(String kind, String identity) {
    return prefix + "-" + kind + "-" + hash(identity);
  }

  private static String hash(String identity) {
    byte[] digest = sha256().digest(identity.getBytes(StandardCharsets.UTF_8));
    StringBuilder text = new StringBuilder(HASH_LENGTH);
    for (int i = 0; i < HASH_LENGTH; i++) {
      int bit = 5 * i;
      int pair = (digest[bit / 8] & 0xFF) << 8 | (digest[bit / 8 + 1] & 0xFF);
      text.append(DIGITS.charAt(pair >> (11 - bit % 8) & 31));
    }
    return text.toString();
  }
}
