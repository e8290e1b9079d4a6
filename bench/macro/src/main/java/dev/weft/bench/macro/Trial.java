package dev.weft.bench.macro;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * The first calls of a side for a workload, one at a time. They warm what is to be warm, the
 * harness too, and are in no other figure.
 *
 * @param firstAddMillis wall time of the very first
 * @param secondsPerCall an ADD and a DEL together, of the fastest pair
 * @param inIptables whether ADD made rules of iptables
 * @param failure why this side cannot do it, if so
 */
record Trial(
    double firstAddMillis, double secondsPerCall, boolean inIptables, Optional<String> failure) {
  /** The first may have to read what the next ones find ready. */
  private static final int FEWEST = 2;

  private static final int MOST = 3;
  private static final long ENOUGH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final double MILLIS_PER_SECOND = 1000;

  static Trial of(Contestant contestant, CniCase configuration, List<Pod> pod)
      throws InterruptedException {
    try (Callers caller = new Callers(1)) {
      return of(contestant, configuration, pod, caller);
    }
  }

  private static Trial of(
      Contestant contestant, CniCase configuration, List<Pod> pod, Callers caller)
      throws InterruptedException {
    OptionalDouble first = OptionalDouble.empty();
    double fastest = Double.MAX_VALUE;
    boolean inIptables = false;
    long begun = System.nanoTime();
    for (int pair = 0;
        pair < FEWEST || (pair < MOST && System.nanoTime() - begun < ENOUGH_NANOS);
        pair++) {
      Block block = new Block(contestant, configuration, pod, caller);
      Phase attached = block.attach();
      Answer add = attached.answers().getFirst();
      if (first.isEmpty()) {
        first = OptionalDouble.of(add.wallMillis());
        inIptables = configuration.masquerades() && contestant.node().hasIptablesRules();
      }
      Optional<String> failure = failure(Verb.ADD, add);
      Answer del = Answer.NONE;
      if (add.succeeded()) {
        del = block.detach(attached).answers().getFirst();
        failure = failure(Verb.DEL, del);
      }
      block.clean(attached);
      if (failure.isPresent()) {
        return new Trial(first.getAsDouble(), fastest, inIptables, failure);
      }
      fastest = Math.min(fastest, (add.wallMillis() + del.wallMillis()) / MILLIS_PER_SECOND);
    }
    return new Trial(first.orElse(Double.NaN), fastest, inIptables, Optional.empty());
  }

  private static Optional<String> failure(Verb verb, Answer answer) {
    return answer.failure().map(text -> verb + " fails: " + text);
  }

  /** What is to be said about it, if anything. */
  Optional<String> note(Side side, CniCase configuration) {
    if (failure.isPresent()) {
      return Optional.of(side.label() + " cannot do this: " + failure.get());
    }
    if (configuration.masquerades() && inIptables != (configuration == CniCase.MASQ_IPTABLES)) {
      return Optional.of(
          side.label()
              + " has its rules in "
              + rulesIn()
              + " all the same: it does not heed ipMasqBackend");
    }
    return Optional.empty();
  }

  /** Where rules were, if any were made. */
  String rulesIn() {
    return inIptables ? "iptables" : "nftables";
  }
}
