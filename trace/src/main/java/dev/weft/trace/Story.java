package dev.weft.trace;

import dev.weft.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hook by hook what happens. What is alike in all courses is told once; where they part, each part
 * is told by itself.
 */
final class Story {
  private static final String RULE = "      ";

  private final StringBuilder text;
  private final Cluster cluster;
  private final Flow flow;
  private final int listed;

  Story(StringBuilder text, Cluster cluster, Flow flow, int listed) {
    this.text = text;
    this.cluster = cluster;
    this.flow = flow;
    this.listed = listed;
  }

  void tell(List<Course> courses) {
    tell(courses, 0, false, "");
  }

  /**
   * @param at which event is the next one
   * @param chosen whether it has been told how the courses differ
   */
  private void tell(List<Course> courses, int at, boolean chosen, String indent) {
    boolean told = chosen;
    for (int i = at; ; i++) {
      Map<String, List<Course>> parts = parts(courses, i);
      if (parts.size() > 1) {
        for (List<Course> part : parts.values()) {
          line(indent, heading(part));
          tell(part, i, told && part.size() == courses.size(), indent + "  ");
        }
        return;
      }
      if (i >= courses.getFirst().events().size()) {
        line(indent, "END");
        line(indent, "  " + end(courses));
        return;
      }
      told = event(courses, i, told, indent);
    }
  }

  private static Map<String, List<Course>> parts(List<Course> courses, int at) {
    Map<String, List<Course>> parts = new LinkedHashMap<>();
    for (Course course : courses) {
      boolean over = at >= course.events().size();
      String key = over ? "end " + course.outcome() : Likeness.key(course.events().get(at), course);
      parts.computeIfAbsent(key, _ -> new ArrayList<>()).add(course);
    }
    return parts;
  }

  private boolean event(List<Course> courses, int at, boolean told, String indent) {
    Course first = courses.getFirst();
    Event event = first.events().get(at);
    boolean differs = courses.stream().anyMatch(course -> !course.events().get(at).equals(event));
    switch (event) {
      case Event.Asked(String hook, String rules) -> {
        boolean quiet =
            at + 1 >= first.events().size() || !(first.events().get(at + 1) instanceof Event.Ruled);
        line(indent, hook + ", " + rules + (quiet ? ": no rule applies" : ""));
      }
      case Event.Ruled ruled -> {
        if (differs && !told) {
          choice(courses, at, ruled.cause().object(), indent);
          return true;
        }
        line(indent, "  " + Wording.of(ruled) + (differs ? " (likewise for each)" : ""));
        line(indent, RULE + ruled.text());
      }
      case Event.Rewritten(boolean destination, AddressPort from, AddressPort to) ->
          line(
              indent,
              "  → "
                  + (destination
                      ? "destination " + from + " becomes " + to
                      : "source " + from.address() + " becomes " + source(to.address()))
                  + (differs && destination ? ", or that of its endpoint" : ""));
      case Event.Routed(boolean here) ->
          line(indent, "ROUTE: " + (here ? "to this node itself" : "onward"));
      case Event.Stuck(String why) -> line(indent, "  " + why);
    }
    return told;
  }

  private void line(String indent, String words) {
    text.append(indent).append(words).append('\n');
  }

  private static String source(IpAddress address) {
    return address.isUnspecified()
        ? "the address of the interface that it leaves by"
        : address + " (the address of the interface that it leaves by)";
  }

  private void choice(List<Course> courses, int at, String object, String indent) {
    line(indent, "  " + object + ", one of " + courses.size() + " endpoints by chance");
    List<List<String>> rows = new ArrayList<>();
    for (Course course : courses.subList(0, Math.min(listed, courses.size()))) {
      String rule = course.events().get(at).rule().map(Event.Ruled::text).orElse("");
      rows.add(List.of(Chances.text(course.chance()), endpoint(course), rule));
    }
    Columns.print(text, indent + RULE, rows);
    if (courses.size() > listed) {
      line(indent, RULE + "… and " + (courses.size() - listed) + " more");
    }
  }

  private static String endpoint(Course course) {
    return course.endpoint().map(AddressPort::toString).orElse("");
  }

  private String heading(List<Course> part) {
    double chance = part.stream().mapToDouble(Course::chance).sum();
    String first = endpoint(part.getFirst());
    String where =
        first.isEmpty()
            ? part.getFirst().outcome().text()
            : part.size() == 1 ? first : "one of " + part.size() + ", " + first + " …";
    return "IF " + where + " (" + Chances.text(chance) + ")";
  }

  private String end(List<Course> courses) {
    Course first = courses.getFirst();
    String to = first.endpoint().orElse(flow.to()).toString();
    String who = first.masqueraded() ? "this node's address" : flow.from().toString();
    String others = courses.size() > 1 ? " or another endpoint" : "";
    return switch (first.outcome()) {
      case ACCEPT ->
          (first.delivered() ? "delivered on " + cluster.nodeName() : "sent on")
              + " to "
              + to
              + others
              + ", from "
              + who;
      case REJECT -> "refused: ICMP port unreachable to " + flow.from();
      case DROP -> "dropped";
      case UNDECIDED -> "undecided";
    };
  }
}
