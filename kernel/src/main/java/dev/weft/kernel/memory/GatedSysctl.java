package dev.weft.kernel.memory;

import dev.weft.kernel.Sysctl;

/** The settings of a namespace as a handle shows them. */
record GatedSysctl(Gate gate, SysctlTree tree) implements Sysctl {
  @Override
  public String get(String... key) {
    return gate.read(() -> tree.get(key));
  }

  @Override
  public void set(String value, String... key) {
    gate.change("set " + String.join("/", key), () -> tree.set(value, key));
  }

  @Override
  public boolean exists(String... key) {
    return gate.read(() -> tree.exists(key));
  }
}
