package dev.weft.kernel;

/** The kernels that must keep the contract; the first is the judge. */
enum KernelUnderTest {
  LINUX {
    @Override
    Namespaces namespaces() {
      return new LinuxNamespaces();
    }
  },
  IN_MEMORY {
    @Override
    Namespaces namespaces() {
      return new InMemoryNamespaces(false);
    }
  },
  IN_MEMORY_WITH_VLAN_FILTERING {
    @Override
    Namespaces namespaces() {
      return new InMemoryNamespaces(true);
    }
  };

  /** Aborts the test, saying why, if this machine cannot run it. */
  abstract Namespaces namespaces();
}
