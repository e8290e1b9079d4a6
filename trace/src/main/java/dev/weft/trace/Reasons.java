package dev.weft.trace;

import dev.weft.net.IpPrefix;
import dev.weft.services.ServedPort;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Why a packet met what it met, as far as its rules alone do not say it. */
final class Reasons {
  private final Cluster cluster;
  private final ModeRules rules;
  private final Flow flow;
  private final Sender sender;

  Reasons(Cluster cluster, ModeRules rules, Flow flow, Sender sender) {
    this.cluster = cluster;
    this.rules = rules;
    this.flow = flow;
    this.sender = sender;
  }

  /** Sentences, the most important first. */
  List<String> of(List<Course> courses) {
    Optional<Event.Ruled> last =
        courses.stream().flatMap(course -> course.lastOfService().stream()).findFirst();
    if (last.isEmpty()) {
      return ofUntouched(courses.getFirst());
    }
    Optional<ServedPort> port = cluster.port(last.get().cause().object(), flow.family());
    return port.map(known -> ofServed(known, last.get(), courses)).orElse(List.of());
  }

  private List<String> ofUntouched(Course course) {
    if (course.outcome() == Outcome.DROP) {
      return course.rules().stream()
          .filter(rule -> rule.effect() instanceof Event.Effect.Drop)
          .map(this::dropped)
          .toList();
    }
    return switch (flow.state()) {
      case NEW, RELATED -> new NearMisses(cluster, rules, flow, sender).find();
      case ESTABLISHED ->
          List.of(
              "only the first packet of a connection is led to an endpoint by rules;"
                  + " this one goes where that one went");
      case INVALID, UNTRACKED ->
          List.of("connection tracking knows no connection of it, so that it has no translation");
    };
  }

  private String dropped(Event.Ruled rule) {
    return rule.cause().clause().equals("loopback guard")
        ? "loopback addresses are reachable for the node itself only"
        : "it is "
            + flow.state()
            + ": its answer would not fit, and end the connection."
            + " conntrackTCPBeLiberal would let it pass";
  }

  private List<String> ofServed(ServedPort port, Event.Ruled last, List<Course> courses) {
    EndpointStory story = new EndpointStory(cluster, port);
    Course first = courses.getFirst();
    return switch (first.outcome()) {
      case REJECT -> story.whyNone();
      case DROP ->
          List.of(
              last.cause().clause().equals("source ranges")
                  ? flow.from() + " is in none of its loadBalancerSourceRanges, " + texts(port)
                  : "its endpoints are on "
                      + story.elsewhere()
                      + "; "
                      + policy(last.cause().clause())
                      + ": Local allows those on "
                      + cluster.node().name()
                      + " only");
      case ACCEPT, UNDECIDED ->
          first.endpoint().isEmpty() || isKnownClient(courses)
              ? List.of()
              : story.unused(endpoints(courses));
    };
  }

  private static String policy(String clause) {
    return clause.equals("cluster IP") ? "internalTrafficPolicy" : "externalTrafficPolicy";
  }

  static boolean isKnownClient(List<Course> courses) {
    return courses.stream()
        .flatMap(course -> course.rules().stream())
        .anyMatch(rule -> rule.cause().clause().equals("affinity"));
  }

  private static Set<AddressPort> endpoints(List<Course> courses) {
    Set<AddressPort> endpoints = new HashSet<>();
    courses.forEach(course -> course.endpoint().ifPresent(endpoints::add));
    return endpoints;
  }

  private static String texts(ServedPort port) {
    return String.join(", ", port.sourceRanges().stream().map(IpPrefix::toString).toList());
  }
}
