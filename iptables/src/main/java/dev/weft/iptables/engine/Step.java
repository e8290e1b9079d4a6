package dev.weft.iptables.engine;

import dev.weft.iptables.flat.FlatElement;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.kernel.nft.RuleDefinition;
import dev.weft.net.IpAddress;
import java.util.List;

/** One thing that happened to a packet. */
public sealed interface Step {

  /** A table is asked. */
  record Asked(Hook hook, TableName table) implements Step {}

  /**
   * A rule's matches held, and its target was carried out.
   *
   * @param position in its chain, from 1
   */
  record Applied(TableName table, String chain, int position, Rule rule) implements Step {}

  /**
   * A rule left it to chance, and its lot fell on this branch.
   *
   * @param position in its chain, from 1
   * @param chance that it holds, 0 to 1
   */
  record Drawn(TableName table, String chain, int position, Rule rule, double chance)
      implements Step {}

  /** A base chain came to its end. */
  record Policy(TableName table, String chain, Chain.Policy policy) implements Step {}

  /** A base chain of nftables is called. */
  record Called(Hook hook, String chain) implements Step {}

  /**
   * All conditions of a rule of nftables held.
   *
   * @param position in its chain, from 1
   * @param found the elements of sets and maps that it found, in order
   * @param chance with which it chose among values of a map, 0 to 1; 1 if it did not choose
   */
  record Followed(
      String chain, int position, RuleDefinition rule, List<FlatElement> found, double chance)
      implements Step {
    public Followed {
      found = List.copyOf(found);
    }
  }

  record Marked(int from, int to) implements Step {}

  /** NAT gave the packet another address or port. */
  record Rewritten(Side side, IpAddress from, int fromPort, IpAddress to, int toPort)
      implements Step {}

  /** The route was looked up: {@code lo} if the packet stays on the node. */
  record Routed(String device) implements Step {}

  /** There is no route to the destination, so the packet ends. */
  record Unroutable(IpAddress destination) implements Step {}

  /** What comes next cannot be told from what is known. */
  record Undecided(String why) implements Step {}
}
