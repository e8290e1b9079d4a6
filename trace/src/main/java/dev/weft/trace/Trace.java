package dev.weft.trace;

import dev.weft.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What becomes of one packet: an answer for machines, and one for people. */
public final class Trace {
  private final Flow flow;
  private final Sender sender;
  private final String mode;
  private final List<Course> courses;
  private final Explanation explanation;
  private final Cluster cluster;

  Trace(
      Flow flow,
      Sender sender,
      String mode,
      List<Course> courses,
      Explanation explanation,
      Cluster cluster) {
    this.flow = flow;
    this.sender = sender;
    this.mode = mode;
    this.courses = List.copyOf(courses);
    this.explanation = explanation;
    this.cluster = cluster;
  }

  /** For people: the answer first, then hook by hook how it came about. */
  public String text() {
    return new TraceText(flow, sender, mode, courses, explanation, cluster).print();
  }

  /**
   * For machines: {@code name}, {@code verdict}, {@code dnat} (every endpoint that the packet may
   * get; null if no Service touched it), {@code masquerade} (by some endpoint at least), {@code
   * masqueradeByEndpoint} where they differ, {@code explicitAccept} where a Service lets it in
   * without leading it anywhere, and {@code path}, the rules that apply.
   */
  public Json.Obj answer() {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("name", new Json.Str(flow.name()));
    fields.put("verdict", new Json.Str(outcome().text()));
    boolean explicit = isExplicitlyAccepted();
    fields.put("dnat", isTouched() && !explicit ? endpoints() : new Json.Null());
    fields.put(
        "masquerade", new Json.Bool(courses.stream().anyMatch(course -> course.masqueraded())));
    masqueradeByEndpoint().ifPresent(map -> fields.put("masqueradeByEndpoint", map));
    if (explicit) {
      fields.put("explicitAccept", new Json.Bool(true));
    }
    fields.put("path", path());
    return new Json.Obj(fields);
  }

  /** The same with {@code branches} and their chances, and {@code why} in words. */
  public Json.Obj detailedAnswer() {
    Map<String, Json> fields = new LinkedHashMap<>(answer().fields());
    fields.remove("name");
    List<Json> branches = new ArrayList<>();
    for (Course course : courses) {
      Map<String, Json> branch = new LinkedHashMap<>();
      branch.put("chance", new Json.Num(Chances.decimal(course.chance())));
      branch.put("verdict", new Json.Str(course.outcome().text()));
      branch.put(
          "endpoint",
          course
              .endpoint()
              .<Json>map(endpoint -> new Json.Str(endpoint.toString()))
              .orElse(new Json.Null()));
      branch.put("masquerade", new Json.Bool(course.masqueraded()));
      branches.add(new Json.Obj(branch));
    }
    fields.put("branches", new Json.Arr(branches));
    fields.put(
        "why", new Json.Arr(explanation.sentences().stream().<Json>map(Json.Str::new).toList()));
    return new Json.Obj(fields);
  }

  /** If it may end in several ways, the best of them. */
  private Outcome outcome() {
    return courses.stream().map(Course::outcome).sorted().findFirst().orElse(Outcome.UNDECIDED);
  }

  private boolean isTouched() {
    return courses.stream().anyMatch(course -> course.lastOfService().isPresent());
  }

  /** A Service's rule accepts it as it is: one for the health of its endpoints. */
  private boolean isExplicitlyAccepted() {
    return courses.stream()
        .anyMatch(
            course ->
                course.endpoint().isEmpty()
                    && course
                        .lastOfService()
                        .filter(rule -> rule.effect() instanceof Event.Effect.Accept)
                        .isPresent());
  }

  private Json endpoints() {
    Set<AddressPort> endpoints = new TreeSet<>();
    for (Course course : courses) {
      if (course.outcome() == Outcome.ACCEPT) {
        course.endpoint().ifPresent(endpoints::add);
      }
    }
    return new Json.Arr(
        endpoints.stream().<Json>map(endpoint -> new Json.Str(endpoint.toString())).toList());
  }

  private Optional<Json> masqueradeByEndpoint() {
    Map<String, Json> byEndpoint = new LinkedHashMap<>();
    for (Course course : courses) {
      course
          .endpoint()
          .ifPresent(
              endpoint -> byEndpoint.put(endpoint.toString(), new Json.Bool(course.masqueraded())));
    }
    return Set.copyOf(byEndpoint.values()).size() > 1
        ? Optional.of(new Json.Obj(byEndpoint))
        : Optional.empty();
  }

  private Json path() {
    Set<String> steps = new LinkedHashSet<>();
    for (List<Course> alike : Likeness.groups(courses)) {
      String hook = "";
      for (Event event : alike.getFirst().events()) {
        if (event instanceof Event.Asked asked) {
          hook = asked.hook() + ", " + asked.rules();
        }
        Optional<Event.Ruled> rule = event.rule();
        if (rule.isPresent()) {
          steps.add(hook + ": " + Wording.of(rule.get()) + " [" + rule.get().text() + "]");
        }
      }
    }
    return new Json.Arr(steps.stream().<Json>map(Json.Str::new).toList());
  }
}
