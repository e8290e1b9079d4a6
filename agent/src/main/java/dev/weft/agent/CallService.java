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
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Serves calls as a process of their own would: in the namespaces, with the files and in the
 * working directory of the process that called.
 */
final class CallService {
  private final LinuxKernel kernel;
  private final NodeNamespaces nodes;

  CallService(LinuxKernel kernel, Executor home) {
    this.kernel = kernel;
    this.nodes = new NodeNamespaces(kernel, home);
  }

  /**
   * Serves a call on the calling thread, which must be one that may move.
   *
   * @return nothing if we cannot stand in for a process of its own there; nothing was done then
   */
  Optional<Reply> serve(Call call) {
    CallingProcess caller;
    NetworkNamespace node;
    try {
      caller = CallingProcess.of(call.process().intValue());
      node = nodes.acquire(caller);
    } catch (KernelException e) {
      return Optional.empty(); // it is gone, or shows itself as nothing that we could follow
    }
    try {
      if (!caller.enterFiles()) {
        return Optional.empty();
      }
      try {
        return Optional.of(run(call, caller, node));
      } finally {
        caller.leaveFiles();
      }
    } finally {
      nodes.release(node);
    }
  }

  private Reply run(Call call, CallingProcess caller, NetworkNamespace node) {
    CallersKernel view = new CallersKernel(kernel, node, netns(call), call.netns());
    PluginRunner runner = Dispatch.runner(view, caller::runs);
    RoamingThread.maskFiles(call.fileMask());
    // Programs that are started meanwhile belong where the caller is.
    return node.inside(
        () -> runner.run(call.plugin(), call.environment(), StandardInput.of(call.stdin())));
  }

  private static Path netns(Call call) {
    try {
      return Path.of(call.environment().getOrDefault("CNI_NETNS", ""));
    } catch (InvalidPathException e) {
      return Path.of("");
    }
  }
}
