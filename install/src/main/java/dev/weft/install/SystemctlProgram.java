package dev.weft.install;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The program itself.
 *
 * @param isThisMachine false for an image, of which this machine's systemd knows nothing
 */
record SystemctlProgram(boolean isThisMachine) implements Systemctl {

  /** As sd_booted(3) finds out. */
  @Override
  public boolean isRunning() {
    return isThisMachine && Files.isDirectory(Path.of("/run/systemd/system"));
  }

  @Override
  public Outcome run(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("systemctl"));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return new Outcome(process.waitFor(), output.strip());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for systemctl", e);
    }
  }
}
