package dev.weft.kernel.linux;

import dev.weft.kernel.NftTable;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Tells whether the chains and rules of a table are still what they were. */
record NftFingerprint(Netfilter netfilter, NftTable.Family family, String table) {
  // linux/netfilter/nf_tables.h
  private static final int GETCHAIN = 4;
  private static final int GETRULE = 7;
  private static final int CHAIN_TABLE = 1;
  private static final int CHAIN_NAME = 3;
  private static final int CHAIN_HOOK = 4;
  private static final int CHAIN_POLICY = 5;
  private static final int CHAIN_TYPE = 7;
  private static final int RULE_TABLE = 1;
  private static final int RULE_CHAIN = 2;
  private static final int RULE_EXPRESSIONS = 4;

  byte[] digest() {
    // By chain, since their order is that in which they were made and means nothing.
    SortedMap<String, ByteArrayOutputStream> all = new TreeMap<>();
    try {
      // Of all tables of the family: the kernel does not look at the name of one.
      MessageWriter chains = LinuxNftables.message(GETCHAIN, family.number(), 0);
      for (Message message : netfilter.dump(chains)) {
        add(all, message.body(), CHAIN_TABLE, CHAIN_NAME, CHAIN_HOOK, CHAIN_POLICY, CHAIN_TYPE);
      }
      MessageWriter rules =
          LinuxNftables.message(GETRULE, family.number(), 0).attribute(RULE_TABLE, table);
      for (Message message : netfilter.dump(rules)) {
        add(all, message.body(), RULE_TABLE, RULE_CHAIN, RULE_EXPRESSIONS);
      }
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      all.values().forEach(chain -> digest.update(chain.toByteArray()));
      return digest.digest();
    } catch (NetlinkException e) {
      throw Refusal.because(
          "cannot read the rules of " + LinuxNftables.tableName(family, table), e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Adds some attributes of what a message tells of a chain, if it is one of the table. */
  private void add(
      Map<String, ByteArrayOutputStream> all,
      AttributeReader body,
      int tableAttribute,
      int chainAttribute,
      int... others)
      throws NetlinkException {
    String chain = "";
    String ofTable = "";
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    while (body.next()) {
      int type = body.type();
      if (type == tableAttribute) {
        ofTable = body.asString();
      } else if (type == chainAttribute) {
        chain = body.asString();
        words.writeBytes(body.asBytes());
      } else if (Arrays.stream(others).anyMatch(wanted -> wanted == type)) {
        words.write(type);
        words.writeBytes(body.asBytes());
      }
    }
    if (ofTable.equals(table)) {
      all.computeIfAbsent(chain, _ -> new ByteArrayOutputStream()).writeBytes(words.toByteArray());
    }
  }
}
