package dev.weft.dispatch;

import dev.weft.cni.PluginRunner;
import dev.weft.cni.StandardInput;
import dev.weft.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
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

  /**
   * What an agent owes, and what others owe in the same namespace.
   *
   * @param kernel for what is replayed
   * @param launcher the program by which our plugins are called
   * @throws IOException if it cannot be written down there
   */
  public static PendingDeletes pendingDeletes(Kernel kernel, Path launcher, NodeState state)
      throws IOException {
    DiskDeleteRecords records = new DiskDeleteRecords(state.begun(), state.pending());
    records.use();
    return pendingDeletes(runner(kernel, new OwnProgram(launcher)), records, true);
  }

  /** The same for a process that serves one call; what it cannot do now it leaves to its caller. */
  static PendingDeletes pendingDeletes(PluginRunner runner, Map<String, String> environment) {
    NodeState state = NodeState.of(environment);
    return pendingDeletes(runner, new DiskDeleteRecords(state.begun(), state.pending()), false);
  }

  private static PendingDeletes pendingDeletes(
      PluginRunner runner, DeleteRecords records, boolean queues) {
    return new PendingDeletes(
        records,
        delete ->
            runner.run(delete.plugin(), delete.environment(), StandardInput.of(delete.bytes())),
        queues,
        Thread::sleep);
  }
}
