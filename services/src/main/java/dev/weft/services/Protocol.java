package dev.weft.services;

/** The protocols that a Service's port may have. */
public enum Protocol {
  TCP(6),
  UDP(17),
  SCTP(132);

  private final int number;

  Protocol(int number) {
    this.number = number;
  }

  /** In the header of an IP packet. */
  public int number() {
    return number;
  }
}
