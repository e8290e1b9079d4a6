package dev.weft.bench.macro;

import dev.weft.json.Json;
import dev.weft.kernel.ChildProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Pods that are attached by one side and then detached, several at a time. */
final class Block {
  private static final AtomicLong CONTAINERS = new AtomicLong();

  private final Contestant contestant;
  private final CniCase configuration;
  private final List<Pod> pods;
  private final List<String> containers = new ArrayList<>();
  private final Callers callers;

  Block(Contestant contestant, CniCase configuration, List<Pod> pods, Callers callers) {
    this.contestant = contestant;
    this.configuration = configuration;
    this.pods = pods;
    this.callers = callers;
    pods.forEach(_ -> containers.add("bench-" + CONTAINERS.incrementAndGet()));
  }

  /** Attaches and detaches all of them. A pod that could not be attached is not detached either. */
  void run(Tally adds, Tally dels) throws InterruptedException {
    contestant.meter().switchTo(adds);
    Phase attached = attach();
    contestant.meter().switchTo(dels);
    adds.count(attached);
    dels.count(detach(attached));
    contestant.meter().settle();
    clean(attached);
  }

  Phase attach() throws InterruptedException {
    List<ChildProcess> calls = new ArrayList<>();
    for (int i = 0; i < pods.size(); i++) {
      calls.add(call(Verb.ADD, i, Optional.empty()));
    }
    return Phase.run(contestant.node(), calls, callers);
  }

  Phase detach(Phase attached) throws InterruptedException {
    List<ChildProcess> calls = new ArrayList<>();
    for (int i = 0; i < pods.size(); i++) {
      Answer answer = attached.answers().get(i);
      if (answer.succeeded()) {
        calls.add(call(Verb.DEL, i, answer.result()));
      }
    }
    return Phase.run(contestant.node(), calls, callers);
  }

  /** What a failed ADD may have left is taken away, and pods are made as if new. */
  void clean(Phase attached) {
    for (int i = 0; i < pods.size(); i++) {
      if (!attached.answers().get(i).succeeded()) {
        ChildProcess call = call(Verb.DEL, i, Optional.empty());
        contestant.node().inside(() -> Answer.of(call));
      }
      pods.get(i).clean();
    }
  }

  private ChildProcess call(Verb verb, int i, Optional<Json> previous) {
    return contestant.call(configuration, verb, containers.get(i), pods.get(i), previous);
  }
}
