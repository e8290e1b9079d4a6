package dev.weft.trace;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.net.IpFamily;
import dev.weft.services.Node;
import dev.weft.services.ServiceObjects;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Tells of packets what becomes of them on one node, under the rules for all its Services. */
public final class Tracer {
  private final Cluster cluster;
  private final RulesMode mode;
  private final Map<IpFamily, ModeRules> rules = new EnumMap<>(IpFamily.class);

  public Tracer(ServiceObjects objects, Node node, RulesMode mode) {
    this.cluster = new Cluster(objects, node);
    this.mode = mode;
  }

  /** Follows one packet. */
  public Trace trace(Flow flow) {
    ModeRules familyRules = rules.computeIfAbsent(flow.family(), this::make);
    Sender sender = Sender.of(flow, cluster);
    List<Course> courses = inOrder(familyRules.follow(flow, sender));
    Reasons reasons = new Reasons(cluster, familyRules, flow, sender);
    return new Trace(flow, sender, familyRules.mode(), courses, reasons.of(courses), cluster);
  }

  /** By endpoint, whatever the order in which the rules have them, and told briefly. */
  private static List<Course> inOrder(List<Course> courses) {
    return courses.stream()
        .map(Course::withoutIdleRules)
        .sorted(
            Comparator.comparing(
                course -> course.endpoint().orElse(null),
                Comparator.nullsFirst(Comparator.<AddressPort>naturalOrder())))
        .toList();
  }

  private ModeRules make(IpFamily family) {
    return switch (mode) {
      case IPTABLES -> IptablesRules.of(cluster, family);
      case NFTABLES -> NftablesRules.of(cluster, family);
    };
  }
}
