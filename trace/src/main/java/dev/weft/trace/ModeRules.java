package dev.weft.trace;

import dev.weft.net.IpAddress;
import java.util.List;

/**
 * The rules of one mode for all Services of a node, and what they mean to packets. Each family has
 * its own.
 */
interface ModeRules {

  /** What is said of it in headings: {@code iptables}. */
  String mode();

  /** All ways that a packet may go, in the order of the rules. */
  List<Course> follow(Flow flow, Sender sender);

  /** Whether node ports are served at an address of the node. */
  boolean servesNodePortsAt(IpAddress address);
}
