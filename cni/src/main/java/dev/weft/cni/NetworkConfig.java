package dev.weft.cni;

import java.util.Optional;

/**
 * A plugin's configuration as it came on stdin, with what every plugin needs already read.
 *
 * @param version of the specification that the result must have
 * @param name of the network
 * @param type the plugin that it was written for
 * @param prevResult what the plugins before this one made, or the ADD that a CHECK or DEL is about
 * @param json all of it, for the plugin's own keys
 */
public record NetworkConfig(
    CniVersion version, String name, String type, Optional<Result> prevResult, Json.Obj json) {

  /** The place to read the plugin's own keys from. */
  public ConfigReader reader() {
    return new ConfigReader(json, "");
  }
}
