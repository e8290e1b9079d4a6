package dev.weft.dispatch;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.PluginProgram;
import dev.weft.cni.Reply;
import dev.weft.kernel.ChildProcess;
import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs a plugin's program as a child of the calling thread, in its namespaces and directory. */
final class ChildPlugin implements PluginProgram {
  /**
   * How long a plugin's answer may be, and how much of its log is passed on, in bytes. An answer is
   * given back with later calls, so a longer one would help nobody; and an agent that serves many
   * calls at once has the memory of one.
   */
  private static final int LIMIT = 256 << 10;

  /** Somebody may be writing the program just now: the reference library waits as long. */
  private static final int BUSY_RETRIES = 5;

  private static final long BUSY_PAUSE_MILLIS = 1000;

  @Override
  public Reply run(Path program, Map<String, String> environment, byte[] stdin) {
    ChildProcess process = new ChildProcess(program, List.of(), environment, stdin);
    try {
      ChildProcess.Outcome outcome = runWhenWritten(process);
      if (outcome.stdout().length > LIMIT) {
        throw new CniException(
            ErrorCode.DECODING_FAILURE,
            "plugin program " + program + " answers with more than " + LIMIT + " bytes");
      }
      return new Reply(outcome.exitCode(), text(outcome.stdout()), text(outcome.stderr()));
    } catch (KernelException e) {
      throw new CniException(ErrorCode.IO_FAILURE, "plugin program " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CniException(
          ErrorCode.TRY_AGAIN_LATER, "plugin program " + program + " was interrupted", e);
    }
  }

  private static ChildProcess.Outcome runWhenWritten(ChildProcess process)
      throws InterruptedException {
    for (int retries = 0; ; retries++) {
      try {
        return process.run(LIMIT + 1);
      } catch (KernelException e) {
        if (retries == BUSY_RETRIES || e.errno() != Errno.ETXTBSY) {
          throw e;
        }
        Thread.sleep(BUSY_PAUSE_MILLIS);
      }
    }
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
