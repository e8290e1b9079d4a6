package dev.weft.proxy;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.iptables.apply.RulesModes;
import dev.weft.iptables.compile.NodePortAddresses;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpFamily;
import dev.weft.proxy.FamilySync.Outcome;
import dev.weft.services.Node;
import dev.weft.services.NodeIdentity;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog;
import dev.weft.services.ServiceCatalog.Change;
import dev.weft.watch.ClusterNode;
import dev.weft.watch.ObjectEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** From what happens to objects to the rules of a node, without a clock. Used by one thread. */
final class ServiceSync {
  private final ServiceCatalog catalog;
  private final Node node;
  private Optional<String> zone;
  private final List<FamilySync> families = new ArrayList<>();

  ServiceSync(ProxySettings settings, NetworkNamespace namespace) {
    node = settings.node();
    zone = node.zone();
    catalog = new ServiceCatalog(node.identity());
    for (IpFamily family : IpFamily.values()) {
      NodePortAddresses nodePorts =
          RulesModes.facts(settings.mode(), settings.node(), family).nodePortAddresses();
      families.add(
          new FamilySync(
              family,
              RulesModes.rules(settings.mode(), namespace, family, settings.node()),
              Arrays.stream(RulesMode.values())
                  .filter(mode -> mode != settings.mode())
                  .map(mode -> RulesModes.rules(mode, namespace, family, settings.node()))
                  .toList(),
              new StaleFlows(namespace, family, nodePorts, settings.node().serviceCidrs())));
    }
  }

  void hear(ObjectEvent.Change change) {
    change.applyTo(catalog);
  }

  /**
   * Takes the zone that the cluster tells, unless the node's own description has one.
   *
   * @return whether it is another than before
   */
  boolean hear(ClusterNode told) {
    if (node.zone().isPresent() || told.zone().equals(zone)) {
      return false;
    }
    zone = told.zone();
    catalog.move(new NodeIdentity(node.name(), zone));
    return true;
  }

  /**
   * What was done at once.
   *
   * @param changes of what is served
   * @param outcomes of the families that there was something to do for
   */
  record Step(List<Change> changes, List<Outcome> outcomes) {}

  /** Does all that was heard since the last time. */
  Step sync() {
    List<Change> changes = catalog.takeChanges();
    return new Step(
        changes,
        families.stream().flatMap(family -> family.sync(changes, catalog::told).stream()).toList());
  }

  /** Compares the rules with what they should be, and mends them. */
  Step audit() {
    return new Step(
        List.of(), families.stream().map(family -> family.audit(catalog::told)).toList());
  }

  /** All that is served. */
  List<ServedPort> served() {
    return catalog.told();
  }

  /** Whether it matters that rules of this family can be written. */
  boolean isNeeded(IpFamily family) {
    return families.stream()
        .anyMatch(each -> each.family() == family && each.isNeeded(catalog::told));
  }

  /** Whether rules that somebody needs could not be written. */
  boolean hasFailed() {
    return families.stream()
        .anyMatch(family -> family.hasFailed() && family.isNeeded(catalog::told));
  }
}
