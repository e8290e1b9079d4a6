package dev.weft.plugins.bridge;

import dev.weft.cni.Attachment;
import dev.weft.kernel.Link;
import dev.weft.net.MacAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What the host's end of an attachment's veth bears from its first moment: a name by which DEL
 * finds it from the request alone, a group by which GC finds all of a network, and words for
 * people.
 *
 * <p>With these no file has to say what was made, and no crash can come between the two.
 *
 * @param name {@code veth} and 11 hex digits of SHA-256 over network, container and interface
 * @param group 31 bits of SHA-256 over the network's name, never 0
 * @param mac fixed, since udev rewrites one that the kernel drew by lot
 */
record VethMark(String name, int group, MacAddress mac, String alias) {
  private static final String PREFIX = "veth";
  private static final int NAME_BYTES = 15;
  private static final int ALIAS_BYTES = 255;

  static VethMark of(String network, Attachment attachment) {
    String containerId = attachment.containerId();
    String ifName = attachment.ifName();
    byte[] hash = sha256(network + "\0" + containerId + "\0" + ifName);
    String alias = "weft: net=" + network + " id=" + containerId + " if=" + ifName;
    return new VethMark(
        nameFrom(hash),
        groupOf(network),
        MacAddress.locallyAdministered(bits(hash, 8, 6)),
        alias.substring(0, Math.min(alias.length(), ALIAS_BYTES)));
  }

  /** The name of the port by which a bridge's own VLAN interface is attached to it. */
  static String gatewayPort(String gatewayInterface) {
    return nameFrom(sha256("gateway\0" + gatewayInterface));
  }

  /** The group of all veths of a network. */
  static int groupOf(String network) {
    int group = (int) bits(sha256(network), 0, 4) & Integer.MAX_VALUE;
    return group == 0 ? 1 : group;
  }

  /** Whether a link is the host's end of one of this network's attachments. */
  static boolean isOf(String network, Link link) {
    return link.kind() instanceof Link.Kind.Veth
        && link.group() == groupOf(network)
        && hasOurForm(link.name());
  }

  /**
   * Whether a link is the host's end of an attachment that was being deleted: with that it leaves
   * its network's group for one that all networks share.
   */
  static boolean isDoomed(Link link) {
    return link.kind() instanceof Link.Kind.Veth
        && link.group() == Link.DOOMED_GROUP
        && hasOurForm(link.name());
  }

  /** Whether a link is the host's end of an attachment of any network of ours. */
  static boolean isOfAnyNetwork(Link link) {
    return link.group() != 0 && hasOurForm(link.name());
  }

  private static boolean hasOurForm(String name) {
    return name.length() == NAME_BYTES && name.startsWith(PREFIX);
  }

  private static String nameFrom(byte[] hash) {
    return PREFIX + HexFormat.of().formatHex(hash).substring(0, NAME_BYTES - PREFIX.length());
  }

  private static long bits(byte[] hash, int from, int count) {
    long bits = 0;
    for (int i = from; i < from + count; i++) {
      bits = bits << 8 | (hash[i] & 0xFF);
    }
    return bits;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
