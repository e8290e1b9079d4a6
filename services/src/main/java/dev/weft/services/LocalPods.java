package dev.weft.services;

import dev.weft.net.IpPrefix;
import java.util.List;

/** How packets of this node's pods are known from others. */
public sealed interface LocalPods {

  /** By their source address. At most one prefix for each family. */
  record Cidrs(List<IpPrefix> prefixes) implements LocalPods {
    public Cidrs {
      prefixes = List.copyOf(prefixes);
      if (prefixes.stream().map(IpPrefix::family).distinct().count() != prefixes.size()) {
        throw new IllegalArgumentException(
            "the pods' prefixes are " + prefixes + "; they can be one for each family");
      }
    }
  }

  /** By the bridge that they come from. */
  record Bridge(String name) implements LocalPods {}

  /** By how the names of the interfaces begin that they come from. */
  record InterfacePrefix(String prefix) implements LocalPods {}

  /**
   * Not at all. Packets to cluster IPs are not masqueraded then, and pods are no exception where
   * traffic from outside is served locally.
   */
  record Unknown() implements LocalPods {}
}
