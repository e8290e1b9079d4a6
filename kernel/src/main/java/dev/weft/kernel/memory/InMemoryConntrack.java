package dev.weft.kernel.memory;

import dev.weft.kernel.Conntrack;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A connection tracking table in memory, filled by {@link #track} since no packets flow here. */
public final class InMemoryConntrack implements Conntrack {
  private final List<Flow> flows = new ArrayList<>();

  /** Puts a flow into the table, as a packet would. */
  public synchronized void track(Flow flow) {
    flows.removeIf(
        other -> other.original().equals(flow.original()) && other.zone() == flow.zone());
    flows.add(flow);
  }

  @Override
  public synchronized List<Flow> flows(IpFamily family) {
    return flows.stream().filter(flow -> flow.original().source().family() == family).toList();
  }

  @Override
  public synchronized int delete(Filter filter, Predicate<Flow> condition) {
    int before = flows.size();
    flows.removeIf(flow -> filter.matches(flow) && condition.test(flow));
    return before - flows.size();
  }
}
