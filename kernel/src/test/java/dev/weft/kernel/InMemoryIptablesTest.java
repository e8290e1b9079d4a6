package dev.weft.kernel;

/** The contract of iptables over the kernel in memory. */
class InMemoryIptablesTest extends IptablesContract {
  @Override
  Namespaces namespaces() {
    return new InMemoryNamespaces();
  }
}
