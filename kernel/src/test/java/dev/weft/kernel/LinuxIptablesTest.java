package dev.weft.kernel;

import dev.weft.net.IpFamily;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** The contract of iptables over this kernel, by the programs that are installed. */
class LinuxIptablesTest extends IptablesContract {
  @Override
  Namespaces namespaces() {
    return new LinuxNamespaces();
  }

  @BeforeEach
  void requireIptables() {
    Assumptions.assumeTrue(
        iptables().isAvailable(IpFamily.V4), "needs iptables (package iptables)");
  }
}
