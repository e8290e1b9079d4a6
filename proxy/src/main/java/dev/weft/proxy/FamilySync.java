package dev.weft.proxy;

import dev.weft.iptables.apply.RulesException;
import dev.weft.iptables.apply.ServiceRules;
import dev.weft.iptables.apply.Written;
import dev.weft.kernel.KernelException;
import dev.weft.net.IpFamily;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog.Change;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The Services of one family, of which the other knows nothing. Used by one thread. */
final class FamilySync {
  private static final Logger LOG = Logger.getLogger(FamilySync.class.getName());

  private final IpFamily family;
  private final ServiceRules rules;
  private final StaleFlows flows;
  private boolean begun;
  private boolean failed;
  private String lastFailure = "";
  private String lastFlowFailure = "";

  FamilySync(IpFamily family, ServiceRules rules, StaleFlows flows) {
    this.family = family;
    this.rules = rules;
    this.flows = flows;
  }

  /**
   * How a sync of a family went.
   *
   * @param written nothing if it failed
   * @param failure a sentence; empty if there was none
   * @param took nanoseconds, for the rules
   * @param ended how many flows were ended
   * @param flowsTook nanoseconds; 0 if flows were not looked at
   */
  record Outcome(
      IpFamily family,
      Optional<Written> written,
      String failure,
      long took,
      int ended,
      long flowsTook) {
    boolean succeeded() {
      return written.isPresent();
    }
  }

  IpFamily family() {
    return family;
  }

  /** Whether the rules may be other than they should, as far as is known. */
  boolean hasFailed() {
    return failed;
  }

  /**
   * Has the rules follow a change.
   *
   * @param all ports that are served now, of both families
   */
  Outcome sync(List<Change> changes, Supplier<List<ServedPort>> all) {
    flows.note(changes);
    boolean first = !begun;
    begun = true;
    return perform(() -> first ? rules.replaceAll(all.get()) : rules.apply(changes), all);
  }

  /** Compares the rules with what they should be, and mends them. */
  Outcome audit(Supplier<List<ServedPort>> all) {
    return perform(rules::audit, all);
  }

  private Outcome perform(Supplier<Written> work, Supplier<List<ServedPort>> all) {
    long begin = System.nanoTime();
    try {
      Written written = work.get();
      failed = false;
      lastFailure = "";
      for (String finding : written.findings()) {
        LOG.warning(name() + ": " + finding);
      }
      long stand = System.nanoTime();
      boolean due = flows.isDue();
      int ended = endFlows(all);
      return new Outcome(
          family,
          Optional.of(written),
          "",
          stand - begin,
          ended,
          due ? System.nanoTime() - stand : 0);
    } catch (RulesException e) {
      failed = true;
      if (!e.getMessage().equals(lastFailure)) {
        lastFailure = e.getMessage();
        LOG.log(isNeeded(all) ? Level.SEVERE : Level.INFO, name() + ": " + e.getMessage());
      }
      return new Outcome(family, Optional.empty(), e.getMessage(), System.nanoTime() - begin, 0, 0);
    }
  }

  /** A kernel may lack a family that no Service has. */
  boolean isNeeded(Supplier<List<ServedPort>> all) {
    return all.get().stream().anyMatch(port -> port.family() == family);
  }

  private int endFlows(Supplier<List<ServedPort>> all) {
    try {
      int ended = flows.end(all);
      lastFlowFailure = "";
      return ended;
    } catch (KernelException e) {
      if (!e.getMessage().equals(lastFlowFailure)) {
        lastFlowFailure = e.getMessage();
        LOG.warning(
            name() + ": flows of UDP may lead to endpoints that are gone: " + e.getMessage());
      }
      return 0;
    }
  }

  private String name() {
    return OneSync.name(family);
  }
}
