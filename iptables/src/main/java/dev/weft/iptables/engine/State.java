package dev.weft.iptables.engine;

import dev.weft.iptables.engine.Branch.End;
import dev.weft.iptables.ruleset.Side;
import dev.weft.net.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A packet on its way.
 *
 * @param in empty if it comes from the node itself
 * @param out empty until its route is known
 * @param natDone for which sides the nat table was asked already, now or for an earlier packet
 */
record State(
    Packet packet,
    String in,
    String out,
    Tracking tracking,
    Recollection recollection,
    Set<Side> natDone,
    double chance,
    @Nullable Trace trace,
    Optional<End> end) {

  /** The latest step and those before it, which branches share. */
  record Trace(Step step, @Nullable Trace before) {}

  State then(Step step) {
    return new State(
        packet, in, out, tracking, recollection, natDone, chance, new Trace(step, trace), end);
  }

  State end(End how) {
    return new State(
        packet, in, out, tracking, recollection, natDone, chance, trace, Optional.of(how));
  }

  State undecided(String why) {
    return then(new Step.Undecided(why)).end(End.UNDECIDED);
  }

  State with(Packet changed) {
    return new State(changed, in, out, tracking, recollection, natDone, chance, trace, end);
  }

  State with(Tracking changed) {
    return new State(packet, in, out, changed, recollection, natDone, chance, trace, end);
  }

  State with(Recollection changed) {
    return new State(packet, in, out, tracking, changed, natDone, chance, trace, end);
  }

  State between(String from, String to) {
    return new State(packet, from, to, tracking, recollection, natDone, chance, trace, end);
  }

  State times(double factor) {
    return new State(packet, in, out, tracking, recollection, natDone, chance * factor, trace, end);
  }

  State natDone(Side side) {
    Set<Side> done = EnumSet.of(side);
    done.addAll(natDone);
    return new State(packet, in, out, tracking, recollection, done, chance, trace, end);
  }

  State marked(int mark) {
    return mark == packet.mark()
        ? this
        : with(packet.withMark(mark)).then(new Step.Marked(packet.mark(), mark));
  }

  /** With the destination that its connection has, as of now. */
  State ledTo(Tracking.Endpoint to) {
    if (to.equals(new Tracking.Endpoint(packet.destination(), packet.destinationPort()))) {
      return this;
    }
    Step step =
        new Step.Rewritten(
            Side.DESTINATION,
            packet.destination(),
            packet.destinationPort(),
            to.address(),
            to.port());
    return with(packet.withDestination(to.address(), to.port()))
        .with(tracking.ledTo(to))
        .then(step);
  }

  /** With the source that its connection has, as of now. */
  State comingFrom(IpAddress from) {
    if (from.equals(packet.source())) {
      return this;
    }
    int port = packet.sourcePort();
    return with(packet.withSource(from))
        .with(tracking.comingFrom(from))
        .then(new Step.Rewritten(Side.SOURCE, packet.source(), port, from, port));
  }

  /** As NAT left an earlier packet of the connection. */
  State asTranslatedBefore(Side side) {
    return side == Side.DESTINATION
        ? tracking.destination().map(this::ledTo).orElse(this)
        : tracking.source().map(this::comingFrom).orElse(this);
  }

  Branch branch() {
    List<Step> steps = new ArrayList<>();
    for (Trace at = trace; at != null; at = at.before()) {
      steps.add(at.step());
    }
    Collections.reverse(steps);
    return new Branch(chance, end.orElse(End.ACCEPT), packet, out, tracking, recollection, steps);
  }
}
