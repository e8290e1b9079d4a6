package dev.weft.kernel;

import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.kernel.memory.KernelFeature;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Namespaces of a kernel in memory. */
final class InMemoryNamespaces implements Namespaces {
  private final InMemoryKernel kernel;
  private final boolean vlanFiltering;
  private final Set<String> made = new HashSet<>();

  /** Of a kernel without VLAN filtering. */
  InMemoryNamespaces() {
    this(false);
  }

  InMemoryNamespaces(boolean vlanFiltering) {
    this.vlanFiltering = vlanFiltering;
    kernel =
        vlanFiltering ? new InMemoryKernel() : InMemoryKernel.without(KernelFeature.VLAN_FILTERING);
  }

  @Override
  public NetworkNamespace open(String name) {
    if (made.add(name)) {
      kernel.addNamespace(path(name));
    }
    return kernel.open(path(name));
  }

  @Override
  public boolean hasVlanFiltering() {
    return vlanFiltering;
  }

  @Override
  public void remove(String name) {
    made.remove(name);
    kernel.removeNamespace(path(name));
  }

  @Override
  public void close() {
    Set.copyOf(made).forEach(this::remove);
  }

  private static Path path(String name) {
    return Path.of("/run/netns", name);
  }
}
