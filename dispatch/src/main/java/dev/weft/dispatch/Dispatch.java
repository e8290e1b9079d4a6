package dev.weft.dispatch;

import dev.weft.cni.PluginRunner;
import dev.weft.kernel.Kernel;
import java.nio.file.Path;
import java.util.function.Predicate;

/** What serves calls of our plugins, in a process for one call and in the agent alike. */
public final class Dispatch {
  private Dispatch() {}

  /**
   * All plugins, on a kernel.
   *
   * @param kernel whose own namespace is that of the node
   * @param ours whether a program is the one by which our plugins are called
   */
  public static PluginRunner runner(Kernel kernel, Predicate<Path> ours) {
    return new PluginRunner(
        new Plugins(kernel), new KernelNamespaces(kernel), ours, new ChildPlugin());
  }
}
