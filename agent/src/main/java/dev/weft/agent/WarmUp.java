package dev.weft.agent;

import dev.weft.cni.Reply;
import dev.weft.cni.StandardInput;
import dev.weft.dispatch.Dispatch;
import dev.weft.kernel.ChildProcess;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.pending.NodeState;
import dev.weft.pending.PendingDeletes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Makes an agent fast before it says that it is ready: launchers bring it real calls, through its
 * own socket, in namespaces that nobody else sees and that go with the warm-up.
 */
final class WarmUp {
  private static final Logger LOG = Logger.getLogger(WarmUp.class.getName());

  /** Side by side as it comes at worst, and as often as it takes for the code to be compiled. */
  private static final int CALLERS = 8;

  private static final int ROUNDS = 24;

  /** A variable by which the agent knows its own calls. */
  private static final String MARK = "WEFT_WARM_UP";

  private final LinuxKernel kernel;
  private final Path launcher;
  private final Path socket;
  private final Path scratch;
  private final PendingDeletes pendingDeletes;
  private final AtomicInteger failures = new AtomicInteger();

  /**
   * @param launcher our executable
   * @param socket where it finds this agent
   * @param scratch for leases
   */
  WarmUp(LinuxKernel kernel, Path launcher, Path socket, Path scratch) throws IOException {
    this.kernel = kernel;
    this.launcher = launcher;
    this.socket = socket;
    this.scratch = scratch;
    // The agent keeps no records of calls from another network, as these are.
    this.pendingDeletes =
        Dispatch.pendingDeletes(
            kernel, launcher, new NodeState(scratch.resolve("begun"), scratch.resolve("pending")));
  }

  /** True for a call that an agent makes to get warm. */
  static boolean makes(Call call) {
    return call.environment().containsKey(MARK);
  }

  /** Runs to the end. What cannot be done on this machine is left out, and said in the log. */
  void run() throws InterruptedException {
    try (NetworkNamespace node = kernel.create("of the warm-up's node")) {
      Thread[] callers = new Thread[CALLERS];
      for (int i = 0; i < CALLERS; i++) {
        int number = i;
        callers[i] = Thread.ofPlatform().name("warm-up").start(() -> call(node, number));
      }
      for (Thread caller : callers) {
        caller.join();
      }
    }
    if (failures.get() > 0) {
      LOG.warning(failures + " calls of the warm-up failed: the first real calls may be slow");
    }
  }

  private void call(NetworkNamespace node, int caller) {
    for (int round = 0; round < ROUNDS; round++) {
      String container = "warm-up-" + caller + "-" + round;
      try (NetworkNamespace pod = kernel.create("of the warm-up's pod")) {
        pod.inside(
            () -> {
              // Valid until the end of the round: another thread goes on in the node.
              Path path = LinuxKernel.pathOfThisThread();
              return node.inside(() -> attachAndDetach(container, path));
            });
      } catch (RuntimeException e) {
        failures.incrementAndGet();
        LOG.log(Level.FINE, "a round of the warm-up failed", e);
      }
    }
  }

  private int attachAndDetach(String container, Path netns) {
    for (String plugin : List.of("loopback", "bridge")) {
      String config = config(plugin);
      for (String verb : List.of("VERSION", "ADD", "STATUS", "DEL")) {
        call(plugin, verb, container, netns, config);
      }
    }
    return failures.get();
  }

  private void call(String plugin, String verb, String container, Path netns, String config) {
    Map<String, String> environment =
        Map.of(
            "CNI_COMMAND",
            verb,
            "CNI_CONTAINERID",
            container,
            "CNI_NETNS",
            netns.toString(),
            "CNI_IFNAME",
            plugin.equals("loopback") ? "lo" : "eth0",
            "CNI_PATH",
            launcher.resolveSibling("").toString(),
            "WEFT_AGENT",
            socket.toString(),
            MARK,
            "1");
    Reply reply =
        pendingDeletes
            .serve(
                plugin,
                environment,
                StandardInput.of(config.getBytes(StandardCharsets.UTF_8)),
                true,
                stdin -> Optional.of(launch(plugin, environment, stdin)))
            .orElseThrow();
    if (reply.exitCode() != 0) {
      failures.incrementAndGet();
      LOG.fine(() -> verb + " " + plugin + ": " + reply.stdout());
    }
  }

  private Reply launch(String plugin, Map<String, String> environment, StandardInput stdin) {
    try {
      ChildProcess.Outcome outcome =
          new ChildProcess(launcher.resolveSibling(plugin), List.of(), environment, stdin.all())
              .run();
      return new Reply(outcome.exitCode(), text(outcome.stdout()), text(outcome.stderr()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private String config(String plugin) {
    return """
        {"cniVersion":"1.1.0","name":"warm-up","type":"%s","bridge":"warm-up","ipMasq":true,
         "isDefaultGateway":true,"ipam":{"type":"host-local","dataDir":"%s",
         "routes":[{"dst":"0.0.0.0/0"}],
         "ranges":[[{"subnet":"10.1.0.0/16"}],[{"subnet":"fd00:1::/64"}]]}}"""
        .formatted(plugin, scratch);
  }
}
