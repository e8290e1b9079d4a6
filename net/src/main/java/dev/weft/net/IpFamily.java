package dev.weft.net;

/** The two versions of the Internet protocol. */
public enum IpFamily {
  /** RFC 791: addresses of 4 bytes. */
  V4(4),
  /** RFC 8200: addresses of 16 bytes. */
  V6(16);

  private final int bytes;

  IpFamily(int bytes) {
    this.bytes = bytes;
  }

  /** Length of an address in bytes: 4 or 16. */
  public int bytes() {
    return bytes;
  }

  /** Length of an address in bits: 32 or 128. */
  public int bits() {
    return bytes * 8;
  }
}
