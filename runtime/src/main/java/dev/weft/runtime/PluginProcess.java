package dev.weft.runtime;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.JsonText;
import dev.weft.cni.PluginProgram;
import dev.weft.cni.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Runs a plugin's program as a process of its own. */
final class PluginProcess implements PluginProgram {
  /** Somebody may be writing the program just now: the reference library waits as long. */
  private static final int BUSY_RETRIES = 5;

  private static final long BUSY_PAUSE_MILLIS = 1000;

  /** How long pipes may stay open after the process ended: a child of it may have inherited it. */
  private static final long PIPE_GRACE_NANOS = 5_000_000_000L;

  @Override
  public Reply run(Path program, Map<String, String> environment, byte[] stdin) {
    try {
      Process process = start(program, environment);
      try {
        Drain stdout = new Drain(process.getInputStream());
        Drain stderr = new Drain(process.getErrorStream());
        daemon(() -> feed(process.getOutputStream(), stdin));
        int exitCode = process.waitFor();
        long deadline = System.nanoTime() + PIPE_GRACE_NANOS;
        return new Reply(exitCode, stdout.text(deadline), stderr.text(deadline));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      // The lines after the first advise to look after the JDK, whatever happened.
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
      throw new CniException(
          ErrorCode.IO_FAILURE, "plugin program " + program + " cannot be run: " + reason, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CniException(
          ErrorCode.TRY_AGAIN_LATER, "plugin program " + program + " was interrupted", e);
    }
  }

  private static Process start(Path program, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    builder.environment().clear();
    builder.environment().putAll(environment);
    for (int retries = 0; ; retries++) {
      try {
        return builder.start();
      } catch (IOException e) {
        if (retries == BUSY_RETRIES || !isTextFileBusy(e)) {
          throw e;
        }
        Thread.sleep(BUSY_PAUSE_MILLIS);
      }
    }
  }

  private static boolean isTextFileBusy(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("error=26") || message.contains("error: 26");
  }

  private static void feed(OutputStream pipe, byte[] stdin) {
    try (pipe) {
      pipe.write(stdin);
    } catch (IOException e) {
      // The program ended or closed its input without reading all: its answer says what it thinks.
      return;
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "plugin-pipe");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Collects a pipe, so that the program is never held up, and no further than is sensible. */
  private static final class Drain {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Thread reader;

    Drain(InputStream pipe) {
      reader = daemon(() -> read(pipe));
    }

    private void read(InputStream pipe) {
      byte[] buffer = new byte[8192];
      try {
        for (int n = pipe.read(buffer); n >= 0; n = pipe.read(buffer)) {
          if (bytes.size() <= JsonText.MAX_BYTES) {
            bytes.write(buffer, 0, n);
          }
        }
      } catch (IOException e) {
        // Closed under us at the process's end: what came until then counts.
        return;
      }
    }

    String text(long deadline) throws InterruptedException {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      reader.join(Math.max(millis, 1)); // 0 would wait for ever
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
