package dev.weft.kernel;

/** The contract over the kernel in memory. */
class InMemoryNetworkNamespaceTest extends NetworkNamespaceContract {
  @Override
  Namespaces namespaces() {
    return new InMemoryNamespaces();
  }
}
