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

  /** Why it met what it met, the most important first. */
  Explanation of(List<Course> courses) {
    Course first = courses.getFirst();
    Optional<Event.Ruled> last = first.end().or(first::lastOfService);
    Optional<ServedPort> port =
        last.flatMap(rule -> cluster.port(rule.cause().object(), flow.family()));
    return port.isPresent() ? ofServed(port.get(), last.get(), courses) : ofUnserved(first.end());
  }

  private Explanation ofUnserved(Optional<Event.Ruled> end) {
    String clause = end.map(rule -> rule.cause().clause()).orElse("");
    if (clause.equals("loopback guard")) {
      return Explanation.because("loopback addresses are reachable for the node itself only");
    }
    if (clause.equals("packets of no connection")) {
      return Explanation.because(
          "it is "
              + flow.state()
              + ": its answer would not fit, and end the connection."
              + " conntrackTCPBeLiberal would let it pass");
    }
    return switch (flow.state()) {
      case NEW, RELATED ->
          new Explanation(
              Explanation.Kind.NEAREST, new NearMisses(cluster, rules, flow, sender).find());
      case ESTABLISHED ->
          Explanation.because(
              "only the first packet of a connection is led to an endpoint by rules;"
                  + " this one goes where that one went");
      case INVALID, UNTRACKED ->
          Explanation.because(
              "connection tracking knows no connection of it, so that it has no translation");
    };
  }

  private Explanation ofServed(ServedPort port, Event.Ruled last, List<Course> courses) {
    EndpointStory story = new EndpointStory(cluster, port);
    Course first = courses.getFirst();
    return switch (first.outcome()) {
      case REJECT -> new Explanation(Explanation.Kind.BECAUSE, story.whyNone());
      case DROP ->
          Explanation.because(
              last.cause().clause().equals("source ranges")
                  ? flow.from() + " is in none of its loadBalancerSourceRanges, " + texts(port)
                  : "its endpoints are on "
                      + story.elsewhere()
                      + "; "
                      + policy(last.cause().clause())
                      + ": Local allows those on "
                      + cluster.nodeName()
                      + " only");
      case ACCEPT, UNDECIDED ->
          new Explanation(
              Explanation.Kind.LEFT_OUT,
              first.endpoint().isEmpty() || isKnownClient(courses)
                  ? List.of()
                  : story.unused(endpoints(courses)));
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
