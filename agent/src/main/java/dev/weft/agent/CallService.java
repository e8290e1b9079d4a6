package dev.weft.agent;

import dev.weft.cni.PluginRunner;
import dev.weft.cni.Reply;
import dev.weft.cni.StandardInput;
import dev.weft.dispatch.Dispatch;
import dev.weft.kernel.CallingProcess;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.RoamingThread;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.pending.PendingDeletes;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Serves calls as a process of their own would: in the namespaces, with the files and in the
 * working directory of the process that called.
 */
final class CallService {
  private final LinuxKernel kernel;
  private final PendingDeletes pendingDeletes;
  private final NodeNamespaces nodes;

  CallService(LinuxKernel kernel, Executor home, PendingDeletes pendingDeletes) {
    this.kernel = kernel;
    this.pendingDeletes = pendingDeletes;
    this.nodes = new NodeNamespaces(kernel, home);
  }

  /**
   * Serves a call on the calling thread, which must be one that may move.
   *
   * @param isAwaited whether the caller still waits
   * @return nothing if we cannot stand in for a process of its own there; nothing was done then
   */
  Optional<Reply> serve(Call call, BooleanSupplier isAwaited) {
    CallingProcess caller;
    NetworkNamespace node;
    try {
      caller = CallingProcess.of(call.process().intValue());
      node = nodes.acquire(caller);
    } catch (KernelException e) {
      return Optional.empty(); // it is gone, or shows itself as nothing that we could follow
    }
    try {
      Work work = new Work(call, caller, node, isAwaited);
      StandardInput stdin = StandardInput.of(call.stdin());
      // What is owed in another network is nothing that we could replay.
      return node.id().equals(kernel.own().id())
          ? pendingDeletes.serve(
              call.plugin(), call.environment(), stdin, caller.seesOurFiles(), work)
          : work.on(stdin);
    } finally {
      nodes.release(node);
    }
  }

  private final class Work implements PendingDeletes.Work {
    private final Call call;
    private final CallingProcess caller;
    private final NetworkNamespace node;
    private final BooleanSupplier isAwaited;

    Work(Call call, CallingProcess caller, NetworkNamespace node, BooleanSupplier isAwaited) {
      this.call = call;
      this.caller = caller;
      this.node = node;
      this.isAwaited = isAwaited;
    }

    @Override
    public boolean isAwaited() {
      return isAwaited.getAsBoolean();
    }

    @Override
    public Optional<Reply> on(StandardInput stdin) {
      if (!caller.enterFiles()) {
        return Optional.empty();
      }
      try {
        CallersKernel view = new CallersKernel(kernel, node, caller, netns(call), call.netns());
        PluginRunner runner = Dispatch.runner(view, caller::runs);
        RoamingThread.maskFiles(call.fileMask());
        Supplier<Reply> work = () -> runner.run(call.plugin(), call.environment(), stdin);
        // Programs that are started meanwhile belong where the caller is; at home they do already.
        return Optional.of(
            node.id().equals(kernel.own().id()) ? work.get() : node.inside(work::get));
      } finally {
        caller.leaveFiles();
      }
    }
  }

  private static Path netns(Call call) {
    try {
      return Path.of(call.environment().getOrDefault("CNI_NETNS", ""));
    } catch (InvalidPathException e) {
      return Path.of("");
    }
  }
}
