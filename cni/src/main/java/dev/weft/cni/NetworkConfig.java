package dev.weft.cni;

import dev.weft.json.Json;
import dev.weft.json.Quoted;
import java.util.Optional;

/**
 * A plugin's configuration as it came on stdin, with what every plugin needs already read.
 *
 * @param version of the specification that the result must have
 * @param name of the network
 * @param type the plugin that it was written for; a delegate sees the type of who delegates
 * @param prevResult what the plugins before this one made, or the ADD that a CHECK or DEL is about
 * @param json all of it, for the plugin's own keys
 */
public record NetworkConfig(
    CniVersion version, String name, String type, Optional<Result> prevResult, Json.Obj json) {

  /** The place to read the plugin's own keys from. */
  public ConfigReader reader() {
    return new ConfigReader(json, "");
  }

  /** What the runtime passes for the capabilities that the plugin declares. */
  public ConfigReader runtimeConfig() {
    return reader().objectOrEmpty("runtimeConfig");
  }

  /** The arguments under {@code args.cni}: where both say something, they win over CNI_ARGS. */
  public ConfigReader args() {
    return reader().objectOrEmpty("args").objectOrEmpty("cni");
  }

  /**
   * Reads what every plugin needs.
   *
   * @param oldest the oldest version in which the call can be served
   * @param verb what is to be served; DEL counts a {@code prevResult} that cannot be read as
   *     absent, since it has to work whatever became of the attachment
   * @param plugin by which plugin
   * @throws CniException 1 if the version is not among ours, 7 naming another field that is wrong
   */
  static NetworkConfig of(Json.Obj json, CniVersion oldest, Verb verb, String plugin) {
    ConfigReader reader = new ConfigReader(json, "");
    String name = reader.string("name").orElse("");
    if (!Identifier.isValid(name)) {
      throw reader.refused("name", Identifier.SHOULD);
    }
    String text = versionText(json).orElse(CniVersion.V0_1_0.text());
    Optional<CniVersion> version = CniVersion.of(text);
    if (version.isEmpty() || !version.get().isAtLeast(oldest)) {
      throw new CniException(
          ErrorCode.INCOMPATIBLE_VERSION,
          "cniVersion is "
              + Quoted.of(text)
              + ", but "
              + verb
              + " by plugin "
              + Quoted.of(plugin)
              + " needs one of "
              + oldest.onwards());
    }
    return new NetworkConfig(
        version.get(),
        name,
        reader.string("type").orElse(""),
        verb == Verb.DEL
            ? readablePrevResult(reader, version.get())
            : prevResult(reader, version.get()),
        json);
  }

  /** The text of {@code cniVersion}, whether or not it is a version that we know. */
  static Optional<String> versionText(Json.Obj json) {
    return new ConfigReader(json, "").string("cniVersion").filter(text -> !text.isEmpty());
  }

  private static Optional<Result> readablePrevResult(ConfigReader reader, CniVersion version) {
    try {
      return prevResult(reader, version);
    } catch (CniException e) {
      return Optional.empty();
    }
  }

  private static Optional<Result> prevResult(ConfigReader reader, CniVersion version) {
    Optional<ConfigReader> given = reader.object("prevResult");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Optional<CniVersion> said = ResultFormat.version(given.get());
    if (said.isPresent() && !ResultFormat.sameEra(said.get(), version)) {
      throw given
          .get()
          .refused("cniVersion", "should be that of the configuration, " + version.text());
    }
    return Optional.of(ResultFormat.read(given.get().object(), "prevResult", version));
  }
}
