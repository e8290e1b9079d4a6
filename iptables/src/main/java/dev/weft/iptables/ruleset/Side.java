package dev.weft.iptables.ruleset;

/** Which end of a packet is meant. */
public enum Side {
  SOURCE,
  DESTINATION
}
