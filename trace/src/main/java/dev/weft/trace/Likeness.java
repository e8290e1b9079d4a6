package dev.weft.trace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which courses are one story that differs only by the endpoint. */
final class Likeness {
  private Likeness() {}

  /** Courses that are alike together, in the order of the first of each. */
  static List<List<Course>> groups(List<Course> courses) {
    Map<List<String>, List<Course>> groups = new LinkedHashMap<>();
    for (Course course : courses) {
      List<String> keys = new ArrayList<>();
      for (Event event : course.events()) {
        keys.add(key(event, course));
      }
      groups.computeIfAbsent(keys, _ -> new ArrayList<>()).add(course);
    }
    return List.copyOf(groups.values());
  }

  /** What an event is, whichever endpoint it is about. */
  static String key(Event event, Course course) {
    return switch (event) {
      case Event.Asked(String hook, String rules) -> hook + " " + rules;
      case Event.Ruled(String chain, String text, Event.Cause cause, Event.Effect effect) -> {
        if (!cause.isOfService()) {
          yield chain + " " + text;
        }
        String endpoint = course.endpoint().map(AddressPort::toString).orElse("");
        String clause = endpoint.isEmpty() ? cause.clause() : cause.clause().replace(endpoint, "*");
        yield cause.object() + " " + clause + " " + kind(effect, clause.indexOf('*') >= 0);
      }
      case Event.Rewritten(boolean destination, AddressPort _, AddressPort _) ->
          destination ? "destination" : "source";
      case Event.Routed(boolean here) -> here ? "here" : "on";
      case Event.Stuck(String why) -> why;
    };
  }

  /** Each endpoint may have a chain of its own. */
  private static String kind(Event.Effect effect, boolean ofEndpoint) {
    return effect instanceof Event.Effect.Jump && ofEndpoint ? "Jump" : effect.toString();
  }
}
