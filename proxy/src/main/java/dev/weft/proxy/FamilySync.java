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

  /** Of other modes, where an earlier process may have left some. */
  private final List<ServiceRules> former;

  private boolean begun;
  private boolean failed;

  /** Whether rules of this family were ever written: then it matters that they can be. */
  private boolean stood;

  private String lastFlowFailure = "";

  FamilySync(IpFamily family, ServiceRules rules, List<ServiceRules> former, StaleFlows flows) {
    this.family = family;
    this.rules = rules;
    this.former = List.copyOf(former);
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
   * @return how it went; if it failed also how a full sync went that was tried at once
   */
  List<Outcome> sync(List<Change> changes, Supplier<List<ServedPort>> all) {
    flows.note(changes);
    if (!begun) {
      begun = true;
      return List.of(perform(() -> rules.replaceAll(all.get()), all));
    }
    boolean wasWell = !failed;
    Outcome outcome = perform(() -> rules.apply(changes), all);
    // What failed for somebody changed our rules is mended by a look at what they are.
    return outcome.succeeded() || !wasWell ? List.of(outcome) : List.of(outcome, audit(all));
  }

  /** Compares the rules with what they should be, and mends them. */
  Outcome audit(Supplier<List<ServedPort>> all) {
    return perform(rules::audit, all);
  }

  private Outcome perform(Supplier<Written> work, Supplier<List<ServedPort>> all) {
    long begin = System.nanoTime();
    try {
      Written written = work.get();
      if (!stood) {
        former.forEach(FamilySync::remove);
      }
      failed = false;
      stood = true;
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
      return new Outcome(family, Optional.empty(), e.getMessage(), System.nanoTime() - begin, 0, 0);
    }
  }

  /** Only what stands can be taken over: what a mode cannot say here, it has not said. */
  private static void remove(ServiceRules rules) {
    try {
      rules.remove();
    } catch (RulesException e) {
      LOG.log(Level.FINE, "no rules of another mode were removed", e);
    }
  }

  /** A kernel may lack a family that no Service has. */
  boolean isNeeded(Supplier<List<ServedPort>> all) {
    return stood || all.get().stream().anyMatch(port -> port.family() == family);
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
