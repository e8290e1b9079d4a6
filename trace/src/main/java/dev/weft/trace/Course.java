package dev.weft.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One way that a packet may go.
 *
 * @param chance 0 to 1; those of all courses add up to 1
 * @param endpoint where it was led to instead of where it was sent
 * @param masqueraded whether its source becomes an address of the node
 * @param delivered whether it ends on the node itself
 */
public record Course(
    double chance,
    Outcome outcome,
    Optional<AddressPort> endpoint,
    boolean masqueraded,
    boolean delivered,
    List<Event> events) {
  public Course {
    events = List.copyOf(events);
  }

  /** The rules that apply, in order. */
  List<Event.Ruled> rules() {
    return events.stream().flatMap(event -> event.rule().stream()).toList();
  }

  /** The rule that ends it, if one does. */
  Optional<Event.Ruled> end() {
    return rules().stream()
        .filter(
            rule ->
                rule.effect() instanceof Event.Effect.Drop
                    || rule.effect() instanceof Event.Effect.Reject)
        .findFirst();
  }

  /** The last rule of a Service that applies. */
  Optional<Event.Ruled> lastOfService() {
    return rules().stream().filter(rule -> rule.cause().isOfService()).reduce((_, last) -> last);
  }

  /**
   * Without the looks that rules shared by all take at chains in which nothing applies, and without
   * rules that say nothing.
   */
  Course withoutIdleRules() {
    List<Event> kept = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      boolean last = i + 1 == events.size();
      if (!(events.get(i) instanceof Event.Ruled rule)
          || !(isMute(rule) || isIdle(rule, last ? Optional.empty() : events.get(i + 1).rule()))) {
        kept.add(events.get(i));
      }
    }
    return new Course(chance, outcome, endpoint, masqueraded, delivered, kept);
  }

  private static boolean isMute(Event.Ruled rule) {
    return rule.cause().clause().isEmpty() && rule.effect() instanceof Event.Effect.Nothing;
  }

  private static boolean isIdle(Event.Ruled rule, Optional<Event.Ruled> next) {
    return rule.cause().isShared()
        && rule.effect() instanceof Event.Effect.Jump(String chain)
        && next.filter(following -> following.chain().equals(chain)).isEmpty();
  }
}
