package dev.weft.trace;

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
}
