package dev.weft.proxy;

import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.kernel.Conntrack;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.Protocol;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Ends tracked flows of UDP in one family whose endpoint serves no more, once the rules for new
 * ones stand. Used by one thread.
 */
final class StaleFlows {
  private final NetworkNamespace namespace;
  private final IpFamily family;
  private final NodePortAddresses nodePorts;
  private final List<IpPrefix> serviceCidrs;

  /** As they were when flows were last looked at, of what changed since then. */
  private final List<ServedPort> before = new ArrayList<>();

  /** Whether something changed for flows; at first everything may have. */
  private boolean due = true;

  /** Nobody was there to note what was served before. */
  private boolean first = true;

  StaleFlows(
      NetworkNamespace namespace,
      IpFamily family,
      NodePortAddresses nodePorts,
      List<IpPrefix> serviceCidrs) {
    this.namespace = namespace;
    this.family = family;
    this.nodePorts = nodePorts;
    this.serviceCidrs = List.copyOf(serviceCidrs);
  }

  /** Notes what changed; the rules for it need not stand yet. */
  void note(Collection<Change> changes) {
    for (Change change : changes) {
      List<ServedPort> were = ofUdp(change.before());
      List<ServedPort> are = ofUdp(change.after());
      if (!were.equals(are)) {
        before.addAll(were);
        due = true;
      }
    }
  }

  private List<ServedPort> ofUdp(Collection<ServedPort> ports) {
    return ports.stream()
        .filter(port -> port.family() == family && port.protocol() == Protocol.UDP)
        .toList();
  }

  /** Whether something was noted since flows were looked at. */
  boolean isDue() {
    return due;
  }

  /**
   * Ends flows, if something was noted.
   *
   * @param now all ports whose rules stand
   * @return how many
   * @throws dev.weft.kernel.KernelException if the table of flows cannot be read; it stays due
   */
  int end(Supplier<List<ServedPort>> now) {
    if (!due) {
      return 0;
    }
    UdpFrontends frontends =
        new UdpFrontends(
            before, ofUdp(now.get()), ownAddresses(), nodePorts, first ? serviceCidrs : List.of());
    int ended =
        frontends.isEmpty() && serviceCidrs.isEmpty()
            ? 0
            : namespace.conntrack().delete(udp(), frontends::isStale);
    due = false;
    first = false;
    before.clear();
    return ended;
  }

  private Conntrack.Filter udp() {
    return new Conntrack.Filter(
        family,
        Optional.of(Protocol.UDP.number()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private Set<IpAddress> ownAddresses() {
    Set<IpAddress> own = new HashSet<>();
    for (InterfaceAddress address : namespace.addresses()) {
      own.add(address.prefix().address());
    }
    return own;
  }
}
