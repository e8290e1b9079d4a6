package dev.weft.cni;

import java.util.Optional;

/**
 * Reads typed values from a configuration and refuses wrong ones with code 7 and a sentence that
 * names the field by its path ({@code ipam.ranges[0][1].subnet}), what it is and what it should be.
 */
public final class ConfigReader {
  private final Json.Obj object;
  private final String path;

  ConfigReader(Json.Obj object, String path) {
    this.object = object;
    this.path = path;
  }

  /** The object that is read, for keys that are handed on as they are. */
  public Json.Obj object() {
    return object;
  }

  public Optional<String> string(String key) {
    return object
        .find(key)
        .map(
            value ->
                switch (value) {
                  case Json.Str(String text) -> text;
                  default -> throw refused(key, value, "should be a string");
                });
  }

  /** A refusal of a field's value, to be thrown. */
  public CniException refused(String key, Json value, String should) {
    return new CniException(
        ErrorCode.INVALID_CONFIGURATION, path + key + " is " + value.kind() + ", but " + should);
  }
}
