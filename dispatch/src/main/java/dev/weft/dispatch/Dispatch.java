package dev.weft.dispatch;

import dev.weft.cni.PluginProgram;
import dev.weft.cni.PluginRunner;
import dev.weft.kernel.Kernel;
import dev.weft.pending.NodeState;
import dev.weft.pending.PendingDeletes;
import java.io.IOException;
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
        new Plugins(kernel),
        new KernelNamespaces(kernel),
        ours,
        new DelegateProgram(new ChildPlugin()));
  }

  /** How a runtime calls plugins, ours and others': as children of the calling thread. */
  public static PluginProgram programs() {
    return new ChildPlugin();
  }

  /**
   * What an agent owes in its own namespace, and what others owe there.
   *
   * @param kernel for what is replayed
   * @param launcher the program by which our plugins are called
   * @throws IOException if it cannot be written down there
   */
  public static PendingDeletes pendingDeletes(Kernel kernel, Path launcher, NodeState state)
      throws IOException {
    return PendingDeletes.ofAgent(state, runner(kernel, new OwnProgram(launcher))::run);
  }
}
