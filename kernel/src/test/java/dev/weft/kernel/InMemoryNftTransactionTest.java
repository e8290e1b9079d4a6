package dev.weft.kernel;

/** The contract over the kernel in memory. */
class InMemoryNftTransactionTest extends NftTransactionContract {
  @Override
  Namespaces namespaces() {
    return new InMemoryNamespaces();
  }
}
