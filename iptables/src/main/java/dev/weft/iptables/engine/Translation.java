package dev.weft.iptables.engine;

import dev.weft.iptables.ruleset.NatRange;
import dev.weft.iptables.ruleset.PortRange;
import dev.weft.iptables.ruleset.Target;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.Optional;

/**
 * What NAT targets do to a packet. Where the kernel picks from a range, the packet is undecided,
 * except for the source port, which is not told.
 */
final class Translation {
  private static final String PICKS = "the kernel picks an address or a port from a range";

  private final Host host;

  Translation(Host host) {
    this.host = host;
  }

  State dnat(Target.Dnat dnat, State state) {
    Packet packet = state.packet();
    NatRange to = dnat.to();
    IpAddress first = to.addresses().map(NatRange.Addresses::first).orElse(packet.destination());
    IpAddress last = to.addresses().map(NatRange.Addresses::last).orElse(packet.destination());
    return first.equals(last) ? lead(state, first, to.ports()) : state.undecided(PICKS);
  }

  State redirect(Target.Redirect redirect, State state) {
    IpFamily family = state.packet().destination().family();
    Optional<IpAddress> own =
        state.in().isEmpty()
            ? Optional.of(IpAddress.of(family == IpFamily.V4 ? "127.0.0.1" : "::1"))
            : host.addressOn(state.in(), family);
    return own.map(address -> lead(state, address, redirect.ports()))
        .orElseGet(() -> state.undecided("the node's address on " + state.in() + " is not known"));
  }

  private static State lead(State state, IpAddress address, Optional<PortRange> ports) {
    PortRange range = ports.orElse(PortRange.of(state.packet().destinationPort()));
    return range.first() == range.last()
        ? state.ledTo(new Tracking.Endpoint(address, range.first()))
        : state.undecided(PICKS);
  }

  State snat(Target.Snat snat, State state) {
    if (snat.to().addresses().isEmpty()) {
      return state;
    }
    NatRange.Addresses range = snat.to().addresses().get();
    return range.first().equals(range.last())
        ? state.comingFrom(range.first())
        : state.undecided(PICKS);
  }

  State masquerade(State state) {
    return host.addressOn(state.out(), state.packet().source().family())
        .map(state::comingFrom)
        .orElseGet(() -> state.undecided("the node's address on " + state.out() + " is not known"));
  }
}
