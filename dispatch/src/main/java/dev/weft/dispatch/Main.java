package dev.weft.dispatch;

import dev.weft.cni.PluginRunner;
import dev.weft.cni.Reply;
import dev.weft.cni.StandardInput;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.pending.PendingDeletes;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The process of a plugin: {@code Main PLUGIN}, started by the launcher once per call. */
public final class Main {
  private Main() {}

  /** Serves one call and ends the process. */
  public static void main(String[] args) {
    // Standard output belongs to the protocol: whatever a library may print goes elsewhere.
    System.setOut(System.err);
    int exitCode;
    try {
      Reply reply = serve(args[0]);
      System.err.print(reply.stderr());
      exitCode = answer(reply.stdout(), reply.exitCode());
    } catch (Throwable e) {
      exitCode = answer(lastWords(e), 1);
    }
    // Nothing is left to be done, and an orderly shutdown would take longer than the call.
    Runtime.getRuntime().halt(exitCode);
  }

  private static Reply serve(String plugin) {
    Path launcher = Path.of(System.getProperty("weft.launcher"));
    Map<String, String> environment = System.getenv();
    PluginRunner runner = Dispatch.runner(new LinuxKernel(), new OwnProgram(launcher));
    return PendingDeletes.ofProcess(environment, runner::run)
        .serve(
            plugin,
            environment,
            StandardInput.of(System.in),
            true,
            stdin -> Optional.of(runner.run(plugin, environment, stdin)))
        .orElseThrow();
  }

  private static int answer(String text, int exitCode) {
    try {
      // Never closed: that would open another file, and the process may have none to spare.
      new FileOutputStream(FileDescriptor.out).write(text.getBytes(StandardCharsets.UTF_8));
      return exitCode;
    } catch (IOException e) {
      System.err.println(
          "weft: the answer cannot be written to standard output: " + e.getMessage());
      return 1;
    }
  }

  /** An error object made of as little as possible: memory may be used up, or classes missing. */
  private static String lastWords(Throwable failure) {
    if (System.getenv("WEFT_DEBUG") != null) {
      failure.printStackTrace();
    }
    return "{\"cniVersion\":\"1.1.0\",\"code\":999,\"msg\":\"internal error: "
        .concat(failure.getClass().getName())
        .concat("\",\"details\":\"WEFT_DEBUG=1 in the environment shows where, on stderr\"}\n");
  }
}
