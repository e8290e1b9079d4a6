package dev.weft.runtime;

import dev.weft.cni.CniException;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.ErrorCode;
import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Finds network lists by name in a directory, as the reference library does: first the {@code
 * .conflist} files by name, then the {@code .conf} and {@code .json} files of single plugins.
 *
 * <p>A list also gets the plugins in {@code DIRECTORY/NETWORK/*.conf}, unless it says {@code
 * loadOnlyInlinedPlugins}.
 *
 * @param directory such as {@code /etc/cni/net.d}
 */
public record ListLoader(Path directory) {

  /**
   * The first list of this name. Files that cannot be read are passed over while the name is found
   * in another.
   *
   * @throws CniException 7 if there is none, with the files that could not be read in the details
   */
  public NetworkList load(String name) {
    List<String> unreadable = new ArrayList<>();
    for (Path file : files(directory, ".conflist")) {
      try {
        Json.Obj list = read(file);
        if (hasName(list, name)) {
          return NetworkList.of(withPluginsOfFolder(list, name, file), file.toString());
        }
      } catch (UnreadableFileException e) {
        unreadable.add(e.getMessage());
      }
    }
    for (Path file : files(directory, ".conf", ".json")) {
      try {
        Json.Obj plugin = read(file);
        if (hasName(plugin, name)) {
          return NetworkList.of(
              NetworkList.ofSinglePlugin(plugin, file.toString()), file.toString());
        }
      } catch (UnreadableFileException e) {
        unreadable.add(e.getMessage());
      }
    }
    throw new CniException(
        ErrorCode.INVALID_CONFIGURATION,
        "network "
            + JsonText.write(new Json.Str(name))
            + " is in no .conflist, .conf or .json file of "
            + directory,
        String.join("; ", unreadable));
  }

  private Json.Obj withPluginsOfFolder(Json.Obj list, String name, Path file) {
    ConfigReader reader = new ConfigReader(list, file.toString());
    if (NetworkList.flag(reader, "loadOnlyInlinedPlugins")) {
      return list;
    }
    // A name from a file becomes a path only if it cannot lead out of the directory.
    if (name.indexOf('/') >= 0 || name.startsWith(".")) {
      throw reader.refused("name", "should be a name without '/' that does not begin with '.'");
    }
    List<Path> folder = files(directory.resolve(name), ".conf");
    if (folder.isEmpty()) {
      return list;
    }
    List<Json> plugins = new ArrayList<>();
    for (ConfigReader plugin : reader.objects("plugins")) {
      plugins.add(plugin.object());
    }
    for (Path each : folder) {
      try {
        plugins.add(read(each));
      } catch (UnreadableFileException e) {
        throw new CniException(ErrorCode.INVALID_CONFIGURATION, e.getMessage(), e);
      }
    }
    return list.with("plugins", new Json.Arr(plugins))
        .with("loadOnlyInlinedPlugins", new Json.Bool(true));
  }

  private static boolean hasName(Json.Obj json, String name) {
    return json.find("name").filter(new Json.Str(name)::equals).isPresent();
  }

  private static Json.Obj read(Path file) throws UnreadableFileException {
    try {
      return JsonText.readObject(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw new UnreadableFileException(file + " cannot be read: " + e, e);
    } catch (JsonException e) {
      throw new UnreadableFileException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The files with these endings, by name; none if there is no such directory. */
  private static List<Path> files(Path directory, String... endings) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isRegularFile(entry) && hasEnding(entry, endings)) {
          files.add(entry);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new CniException(
          ErrorCode.IO_FAILURE, "directory " + directory + " cannot be read: " + e, e);
    }
    Collections.sort(files);
    return files;
  }

  private static boolean hasEnding(Path file, String... endings) {
    for (String ending : endings) {
      if (file.getFileName().toString().endsWith(ending)) {
        return true;
      }
    }
    return false;
  }

  /** A file that holds no configuration. */
  private static final class UnreadableFileException extends Exception {
    private static final long serialVersionUID = 1;

    private final String sentence;

    UnreadableFileException(String sentence, Exception cause) {
      super(sentence, cause);
      this.sentence = sentence;
    }

    @Override
    public String getMessage() {
      return sentence;
    }
  }
}
