package dev.weft.iptables.apply;

import dev.weft.iptables.compile.NodeFacts;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.Sysctl;
import dev.weft.net.IpFamily;

/**
 * Lets packets to node ports on 127.0.0.1 leave for where their endpoints are. Whoever could reach
 * loopback addresses from outside then is kept away by the rules, which must stand before.
 */
final class LoopbackRoutes {
  private static final String[] SETTING = {"net", "ipv4", "conf", "all", "route_localnet"};

  private LoopbackRoutes() {}

  static void allow(NetworkNamespace namespace, IpFamily family, NodeFacts node) {
    if (family == IpFamily.V4 && node.servesLoopback()) {
      set(namespace, "1");
    }
  }

  /** Before the rules go that keep others away. Whoever else wants it keeps them away himself. */
  static void forbid(NetworkNamespace namespace) {
    set(namespace, "0");
  }

  private static void set(NetworkNamespace namespace, String value) {
    Sysctl sysctl = namespace.sysctl();
    if (!sysctl.get(SETTING).equals(value)) {
      sysctl.set(value, SETTING);
    }
  }
}
