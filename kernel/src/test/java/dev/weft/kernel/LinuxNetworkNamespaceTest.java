package dev.weft.kernel;

/** The contract over the kernel that runs here. */
class LinuxNetworkNamespaceTest extends NetworkNamespaceContract {
  @Override
  Namespaces namespaces() {
    return new LinuxNamespaces();
  }
}
