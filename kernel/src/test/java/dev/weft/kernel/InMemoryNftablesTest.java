package dev.weft.kernel;

/** The contract of nftables over the kernel in memory. */
class InMemoryNftablesTest extends NftablesContract {
  @Override
  Namespaces namespaces() {
    return new InMemoryNamespaces();
  }
}
