package dev.weft.runtime;

import dev.weft.cni.CniException;
import dev.weft.cni.CniVersion;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.ErrorCode;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network as administrators configure it: a chain of plugins (specification 1.1.0, section 1).
 *
 * @param version the highest that the list names and that we know
 * @param disableCheck CHECK is not to reach the plugins
 * @param disableGc GC is not to reach the plugins
 * @param plugins their configurations, in the order of ADD; each has a {@code type}
 * @param json the list as a whole, with all of the plugins in it
 */
public record NetworkList(
    String name,
    CniVersion version,
    boolean disableCheck,
    boolean disableGc,
    List<Json.Obj> plugins,
    Json.Obj json) {

  public NetworkList {
    plugins = List.copyOf(plugins);
  }

  /**
   * Reads a list whose plugins are all in it.
   *
   * @param what names the list in errors
   * @throws CniException 7 naming the field that is wrong; 1 if no version of it is known
   */
  public static NetworkList of(Json.Obj json, String what) {
    ConfigReader reader = new ConfigReader(json, what);
    String name = requiredName(reader);
    List<Json.Obj> plugins = new ArrayList<>();
    for (ConfigReader plugin : reader.objects("plugins")) {
      requireType(plugin);
      plugins.add(plugin.object());
    }
    if (plugins.isEmpty()) {
      throw reader.refused("plugins", "should hold at least one plugin");
    }
    return new NetworkList(
        name,
        version(reader),
        flag(reader, "disableCheck"),
        flag(reader, "disableGC"),
        plugins,
        json);
  }

  /** Makes a list of one plugin's configuration, as the specification allowed before 1.0.0. */
  static Json.Obj ofSinglePlugin(Json.Obj plugin, String what) {
    ConfigReader reader = new ConfigReader(plugin, what);
    Json.Obj list =
        Json.Obj.EMPTY
            .with("name", new Json.Str(requiredName(reader)))
            .with("plugins", new Json.Arr(List.of(plugin)));
    Optional<String> version = reader.string("cniVersion");
    return version.isPresent() ? list.with("cniVersion", new Json.Str(version.get())) : list;
  }

  /** The plugin that a configuration is for. */
  public static String type(Json.Obj plugin) {
    return new ConfigReader(plugin, "").string("type").orElseThrow();
  }

  private static String requiredName(ConfigReader reader) {
    return reader
        .string("name")
        .filter(text -> !text.isEmpty())
        .orElseThrow(() -> reader.refused("name", "should be the network's name"));
  }

  private static void requireType(ConfigReader plugin) {
    if (plugin.string("type").orElse("").isEmpty()) {
      throw plugin.refused("type", "should be the name of the plugin's program");
    }
  }

  /** The highest known of {@code cniVersions} and {@code cniVersion}; 0.1.0 if it says neither. */
  private static CniVersion version(ConfigReader reader) {
    List<String> named = new ArrayList<>(reader.strings("cniVersions"));
    reader.string("cniVersion").filter(text -> !text.isEmpty()).ifPresent(named::add);
    CniVersion highest = CniVersion.V0_1_0;
    boolean known = named.isEmpty();
    for (String text : named) {
      Optional<CniVersion> version = CniVersion.of(text);
      if (version.isPresent()) {
        known = true;
        highest = version.get().isAtLeast(highest) ? version.get() : highest;
      }
    }
    if (!known) {
      throw new CniException(
          ErrorCode.INCOMPATIBLE_VERSION,
          reader.path("cniVersion")
              + " is "
              + String.join(", ", named)
              + ", but should be one of 0.1.0 to "
              + CniVersion.newest().text());
    }
    return highest;
  }

  /** A truth value, which older configurations have as a string. */
  static boolean flag(ConfigReader reader, String key) {
    Optional<Json> value = reader.object().find(key);
    if (value.isPresent() && value.get() instanceof Json.Str(String text)) {
      if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
        return text.equalsIgnoreCase("true");
      }
    }
    return reader.bool(key, false);
  }

  @Override
  public String toString() {
    return JsonText.write(json);
  }
}
