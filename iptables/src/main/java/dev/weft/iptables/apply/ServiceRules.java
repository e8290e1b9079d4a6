package dev.weft.iptables.apply;

import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog;
import java.util.Collection;
import java.util.List;

/**
 * The rules for the Services of one family in one network namespace, in one mode. It holds what
 * shall stand there, and each call brings the kernel to it; what is not ours is never touched.
 *
 * <p>What it last wrote is remembered, so that a change costs what it changes. Nothing is known at
 * first and after a failure: then the next call, whichever it is, first reads what the kernel has,
 * and still writes only what differs. A process that was killed at any moment is thus mended by the
 * next one. Used by one thread at a time.
 *
 * <p>All calls throw {@link RulesException} if the kernel or its programs refuse. What shall stand
 * is then what the call asked for all the same: {@link #audit} tries it again.
 */
public interface ServiceRules {

  /**
   * These are all ports that shall be served, as after a list.
   *
   * @param ports in any order; those of the other family are passed over
   */
  Written replaceAll(Collection<ServedPort> ports);

  /**
   * These Services changed. Reads nothing from the kernel if it is known what it has.
   *
   * @param changes of which the ports of the other family are passed over; several of one Service
   *     in their order
   */
  Written apply(List<ServiceCatalog.Change> changes);

  /** Reads what of ours the kernel has, and mends what is not as it was left. */
  Written audit();

  /**
   * Removes all that is ours, also what another process left and whatever mode or variant it was
   * written in; with it goes what shall stand.
   */
  void remove();
}
