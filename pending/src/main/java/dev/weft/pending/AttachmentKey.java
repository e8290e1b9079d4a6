package dev.weft.pending;

import dev.weft.cni.Attachment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One attachment of one network as one plugin sees it: what a DEL can be owed to. */
record AttachmentKey(String plugin, String network, Attachment attachment) {
  private static final int DIGITS = 32;

  /** A file name of 32 hex digits that follows from the call alone. */
  String digest() {
    // The network comes last: it is the only one of them in which a zero could be.
    String text =
        plugin + "\0" + attachment.containerId() + "\0" + attachment.ifName() + "\0" + network;
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, DIGITS / 2);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Whether a file's name can be a digest. */
  static boolean isDigest(String name) {
    if (name.length() != DIGITS) {
      return false;
    }
    for (int i = 0; i < DIGITS; i++) {
      if ("0123456789abcdef".indexOf(name.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }
}
