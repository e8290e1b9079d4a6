package dev.weft.iptables.engine;

import java.util.List;

/**
 * One way that a packet may go.
 *
 * @param chance 0 to 1; those of all branches add up to 1
 * @param packet as it leaves the node, is delivered on it, or ends
 * @param device by which it leaves; {@code lo} if it is delivered on the node; empty if it ended
 *     before its route was known
 * @param trace all that happened, in order
 */
public record Branch(
    double chance,
    End end,
    Packet packet,
    String device,
    Tracking tracking,
    Recollection recollection,
    List<Step> trace) {

  /** What becomes of the packet. */
  public enum End {
    ACCEPT,
    DROP,
    REJECT,
    /** A rule decides in a way that is not known; {@link Step.Undecided} says which. */
    UNDECIDED
  }

  public Branch {
    trace = List.copyOf(trace);
  }
}
