package dev.weft.cni;

import java.nio.file.Path;
import java.util.Map;

/** A way to run a plugin's program. */
@FunctionalInterface
public interface PluginProgram {

  /**
   * Runs it to its end.
   *
   * @param environment all of it
   * @param stdin the configuration
   * @throws CniException 5 if it cannot be run
   */
  Reply run(Path program, Map<String, String> environment, byte[] stdin);
}
