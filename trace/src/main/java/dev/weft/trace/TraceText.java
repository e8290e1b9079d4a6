package dev.weft.trace;

import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A trace for people: the answer, why, and each hook with the rules that apply there. */
final class TraceText {
  /** Endpoints that are listed one by one; of more, the first ones. */
  private static final int LISTED = 8;

  private final Flow flow;
  private final Sender sender;
  private final String mode;
  private final List<Course> courses;
  private final Explanation explanation;
  private final Cluster cluster;
  private final StringBuilder text = new StringBuilder();

  TraceText(
      Flow flow,
      Sender sender,
      String mode,
      List<Course> courses,
      Explanation explanation,
      Cluster cluster) {
    this.flow = flow;
    this.sender = sender;
    this.mode = mode;
    this.courses = courses;
    this.explanation = explanation;
    this.cluster = cluster;
  }

  String print() {
    if (!flow.name().isEmpty()) {
      line("=== ", Printable.of(flow.name()));
    }
    line("", flow.protocol() + " from " + flow.from() + " to " + flow.to() + target());
    line("  ", "sent by  " + sender.text());
    if (flow.state() != Flow.State.NEW) {
      line("  ", "state    " + flow.state());
    }
    line("  ", "rules    " + mode + " mode, node " + cluster.nodeName());
    line("", "");
    answer();
    line("", "");
    new Story(text, cluster, flow, LISTED).tell(courses);
    return text.toString();
  }

  private void line(String indent, String words) {
    text.append((indent + words).stripTrailing()).append('\n');
  }

  private Optional<Event.Ruled> firstOfService() {
    return courses.stream()
        .flatMap(course -> course.rules().stream())
        .filter(rule -> rule.cause().isOfService())
        .findFirst();
  }

  private Optional<ServedPort> port() {
    return firstOfService().flatMap(rule -> cluster.port(rule.cause().object(), flow.family()));
  }

  private String target() {
    return firstOfService()
        .map(rule -> ", " + rule.cause().object() + " (" + rule.cause().clause() + ")")
        .orElse("");
  }

  private void answer() {
    Map<Outcome, List<Course>> byOutcome =
        courses.stream()
            .collect(
                Collectors.groupingBy(Course::outcome, LinkedHashMap::new, Collectors.toList()));
    byOutcome.forEach(
        (outcome, some) -> {
          double chance = some.stream().mapToDouble(Course::chance).sum();
          String share = byOutcome.size() > 1 ? " in " + Chances.text(chance) : "";
          line("", outcome + share + ": " + words(outcome, some));
          endpoints(some);
        });
    for (String sentence : explanation.sentences()) {
      line("  " + explanation.kind().label(), sentence);
    }
  }

  private String words(Outcome outcome, List<Course> some) {
    String service = firstOfService().map(rule -> rule.cause().object()).orElse("");
    Course first = some.getFirst();
    return switch (outcome) {
      case ACCEPT -> {
        if (first.endpoint().isPresent()) {
          yield led(service, some);
        }
        if (!service.isEmpty()) {
          yield first.lastOfService().map(rule -> Wording.of(rule)).orElse(service);
        }
        yield "no Service takes it; it "
            + (first.delivered() ? "is delivered here" : "goes on")
            + " as it is, to "
            + flow.to();
      }
      case REJECT -> ended(first) + "; the sender is told \"port unreachable\"";
      case DROP ->
          ended(first)
              + "; the sender "
              + (sender instanceof Sender.OnNode ? "gets EPERM" : "is told nothing");
      case UNDECIDED -> "it cannot be told what becomes of it";
    };
  }

  private static String ended(Course course) {
    return course.end().map(TraceText::ended).orElse("no route leads there");
  }

  private static String ended(Event.Ruled rule) {
    Event.Cause cause = rule.cause();
    if (!cause.isOfService()) {
      return cause.clause();
    }
    if (rule.effect() instanceof Event.Effect.Reject) {
      return cause.object() + " has no endpoints";
    }
    return cause.clause().equals("source ranges")
        ? cause.object() + ", its source ranges do not let it in"
        : cause.object() + ", " + cause.clause() + ": no endpoint on this node";
  }

  private String led(String service, List<Course> some) {
    int count = some.size();
    boolean known = Reasons.isKnownClient(some);
    String where =
        known
            ? "goes to the endpoint of " + service + " that this client used last"
            : "goes to "
                + (count == 1 ? "the endpoint of " : "one of " + count + " endpoints of ")
                + service;
    long masqueraded = some.stream().filter(Course::masqueraded).count();
    String source =
        masqueraded == 0
            ? "source kept, " + flow.from()
            : masqueraded == count
                ? "masqueraded: the source becomes this node's address"
                : "masqueraded where told, else source kept, " + flow.from();
    return where + "; " + source;
  }

  private void endpoints(List<Course> some) {
    boolean mixed = some.stream().map(Course::masqueraded).distinct().count() > 1;
    Optional<ServedPort> port = port();
    List<List<String>> rows = new ArrayList<>();
    for (Course course : some) {
      if (course.endpoint().isPresent() && rows.size() < LISTED) {
        String place =
            port.map(
                    known -> EndpointStory.place(cluster, known.service(), course.endpoint().get()))
                .orElse("");
        rows.add(
            List.of(
                Chances.text(course.chance()),
                course.endpoint().get().toString(),
                place.isEmpty() ? "" : "on " + place,
                mixed && course.masqueraded() ? "masqueraded" : ""));
      }
    }
    Columns.print(text, "  ", rows);
    long left = some.stream().filter(course -> course.endpoint().isPresent()).count() - rows.size();
    if (left > 0) {
      line("  ", "… and " + left + " more");
    }
  }
}
