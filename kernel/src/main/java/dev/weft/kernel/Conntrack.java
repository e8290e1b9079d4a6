package dev.weft.kernel;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The connection tracking table of one namespace. */
public interface Conntrack {

  /** All flows of a family, in no order. */
  List<Flow> flows(IpFamily family);

  /**
   * Deletes every flow that a filter matches, and says how many those were. The kernel is asked to
   * filter where it can.
   */
  default int delete(Filter filter) {
    return delete(filter, _ -> true);
  }

  /** Deletes those of the flows that a filter matches for which something more holds. */
  int delete(Filter filter, Predicate<Flow> condition);

  /**
   * One direction of a flow.
   *
   * @param protocol an IP protocol number, 0 to 255
   * @param sourcePort 0 where the protocol has none
   */
  record Tuple(
      IpAddress source, IpAddress destination, int protocol, int sourcePort, int destinationPort) {}

  /**
   * A tracked flow.
   *
   * @param original as the first packet was sent
   * @param reply as the answer comes back: differs where addresses are translated
   * @param zone 0 unless a rule set one
   * @param mark 32 bits; 0 unless a rule set one
   */
  record Flow(Tuple original, Tuple reply, int zone, int mark) {}

  /** What must be so of a flow; what is absent is not asked. */
  record Filter(
      IpFamily family,
      Optional<Integer> protocol,
      Optional<IpAddress> originalSource,
      Optional<IpAddress> originalDestination,
      Optional<Integer> originalDestinationPort,
      Optional<IpAddress> replySource) {

    /** Whether a flow is so. */
    public boolean matches(Flow flow) {
      Tuple original = flow.original();
      return original.source().family() == family
          && isOrAbsent(protocol, original.protocol())
          && isOrAbsent(originalSource, original.source())
          && isOrAbsent(originalDestination, original.destination())
          && isOrAbsent(originalDestinationPort, original.destinationPort())
          && isOrAbsent(replySource, flow.reply().source());
    }

    private static <T> boolean isOrAbsent(Optional<T> wanted, T value) {
      return wanted.isEmpty() || wanted.get().equals(value);
    }
  }
}
