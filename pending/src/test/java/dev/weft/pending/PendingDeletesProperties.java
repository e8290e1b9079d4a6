package dev.weft.pending;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever is killed, and whoever is at work at the same time: a successful ADD is never undone by
 * a DEL that was owed before it, the agent knows after each round how much is owed, and in the end
 * every DEL that is owed is done.
 */
class PendingDeletesProperties {

  /** Something that can happen next, with words for a person who reads a failure. */
  private record Event(String words, Runnable happening) {}

  /** Held, or it would be forgotten with its level. */
  private static final Logger LOG = Logger.getLogger(PendingDeletes.class.getName());

  /** Replays are logged; thousands of them would hide all else. */
  @BeforeContainer
  static void beQuiet() {
    LOG.setLevel(Level.OFF);
  }

  @AfterContainer
  static void beLoud() {
    LOG.setLevel(null);
  }

  /** To search for more, take the seed away and try tens of thousands. */
  @Property(tries = 2000, seed = "20260101", shrinking = ShrinkingMode.BOUNDED)
  void whatIsOwedIsDoneAndNothingElse(
      @ForAll @Size(min = 10, max = 200) List<@IntRange(max = 9999) Integer> choices) {
    ModelNode node = new ModelNode("a", "b");
    List<String> story = new ArrayList<>();
    try {
      for (int choice : choices) {
        List<Event> events = events(node);
        Event next = events.get(choice % events.size());
        story.add(next.words);
        next.happening.run();
      }
      story.add("and so on to the end");
      node.rest();
      if (node.agent.isPresent()) {
        node.retry(true);
        node.rest();
        assertEquals(node.owed(), node.agent.get().deletes.known().number(), "known");
      }
      settle(node);
      assertEquals(List.of(), node.missing(), "missing");
      assertEquals(List.of(), node.leftovers(), "left over");
      assertEquals(0, node.agent.orElseThrow().deletes.known().number(), "known");
    } catch (AssertionError e) {
      throw new AssertionError(String.join("\n", story), e);
    } finally {
      node.crowd.living().forEach(Crowd.Member::kill);
    }
  }

  /** The disk works again, an agent runs, and the runtime does what it must. */
  private static void settle(ModelNode node) {
    node.rest();
    node.diskWorks = true;
    if (node.agent.isEmpty()) {
      node.startAgent();
    }
    for (ModelNode.Container container : node.containers.values()) {
      if (container.mustBeDeleted) {
        node.del(container, node.agent.orElseThrow());
      }
    }
    node.rest();
    node.retry(true);
    node.rest();
  }

  private static List<Event> events(ModelNode node) {
    List<Event> events = new ArrayList<>();
    for (Crowd.Member member : node.crowd.living()) {
      Event step = new Event("  " + member, member::step);
      events.addAll(List.of(step, step, step, step));
    }
    for (ModelNode.Container container : node.containers.values()) {
      calls(node, container, events);
    }
    for (ModelNode.Server process : List.copyOf(node.standalone)) {
      if (process.members.stream().anyMatch(member -> !member.ended())) {
        events.add(new Event("kill of " + process.members, () -> node.kill(process)));
      }
    }
    node.agent.ifPresent(
        agent -> {
          events.add(new Event("kill of the agent", () -> node.kill(agent)));
          events.add(new Event("round of the agent", () -> node.retry(true)));
          events.add(new Event("GC by the agent", () -> node.gc(agent)));
        });
    if (node.agent.isEmpty()) {
      events.add(new Event("start of an agent", node::startAgent));
      events.add(new Event("GC standalone", () -> node.gc(node.newStandalone())));
    }
    events.add(new Event("disk", () -> node.diskWorks = !node.diskWorks));
    if (events.size() > 20) {
      events.add(new Event("reboot", node::reboot));
    }
    return events;
  }

  private static void calls(ModelNode node, ModelNode.Container container, List<Event> events) {
    Optional<ModelNode.Call> call = container.call;
    if (call.isPresent()) {
      if (call.get().add().isPresent() && call.get().process().isAgent) {
        events.add(
            new Event("nobody waits for " + call.get().member(), () -> node.abandon(container)));
      }
      return;
    }
    // No runtime adds while it collects: it could not say what is valid.
    boolean collects =
        node.crowd.living().stream().anyMatch(member -> member.toString().startsWith("GC"));
    if (container.attached.isEmpty() && !collects) {
      node.agent.ifPresent(
          agent ->
              events.add(new Event("ADD of " + container.name, () -> node.add(container, agent))));
      events.add(
          new Event(
              "ADD of " + container.name + " standalone",
              () -> node.add(container, node.newStandalone())));
    }
    node.agent.ifPresent(
        agent ->
            events.add(new Event("DEL of " + container.name, () -> node.del(container, agent))));
    events.add(
        new Event(
            "DEL of " + container.name + " standalone",
            () -> node.del(container, node.newStandalone())));
  }
}
