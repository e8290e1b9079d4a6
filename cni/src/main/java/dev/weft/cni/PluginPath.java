package dev.weft.cni;

import dev.weft.json.Quoted;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CNI_PATH: where the programs of plugins are looked for, first to last.
 *
 * @param directories as written
 */
public record PluginPath(List<String> directories) {

  public PluginPath {
    directories = List.copyOf(directories);
  }

  /** Reads the variable's text, directories joined by colons; empty ones are passed over. */
  public static PluginPath of(String text) {
    List<String> directories = new ArrayList<>();
    for (int start = 0; start < text.length(); ) {
      int colon = text.indexOf(':', start);
      int end = colon < 0 ? text.length() : colon;
      if (end > start) {
        directories.add(text.substring(start, end));
      }
      start = end + 1;
    }
    return new PluginPath(directories);
  }

  /**
   * The first regular executable file of this name.
   *
   * @throws CniException 7 if the type is no file name, 4 if it is nowhere
   */
  public Path find(String type) {
    if (type.isEmpty() || type.equals(".") || type.equals("..") || type.indexOf('/') >= 0) {
      throw new CniException(
          ErrorCode.INVALID_CONFIGURATION,
          "plugin type is " + Quoted.of(type) + ", but should be a file name without '/'");
    }
    if (directories.isEmpty()) {
      throw new CniException(
          ErrorCode.INVALID_ENVIRONMENT,
          "CNI_PATH is not set or empty, but plugin " + Quoted.of(type) + " must be found on it");
    }
    for (String directory : directories) {
      try {
        Path program = Path.of(directory, type);
        if (Files.isRegularFile(program) && Files.isExecutable(program)) {
          return program;
        }
      } catch (InvalidPathException e) {
        // A name that no file can have is not there either.
      }
    }
    throw new CniException(
        ErrorCode.INVALID_ENVIRONMENT,
        "plugin "
            + Quoted.of(type)
            + " is in no directory of CNI_PATH as an executable file; looked in "
            + String.join(", ", directories));
  }
}
