package dev.weft.cni;

import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import dev.weft.json.Quoted;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Reads typed values from an object and refuses wrong ones with code 7 and a sentence that names
 * the field by its path, what it is and what it should be: {@code ipam.ranges[0][1].subnet is
 * "10.0.0/8", but should be …}. A key that is absent or {@code null} reads as empty.
 */
public final class ConfigReader {
  private final Json.Obj object;
  private final String path;

  /**
   * @param path what the object is called in errors; empty for a configuration as a whole
   */
  public ConfigReader(Json.Obj object, String path) {
    this.object = object;
    this.path = path;
  }

  /**
   * An object from its text.
   *
   * @param what names the text in the error, such as {@code the configuration}
   * @throws CniException 6 for a text that is not one JSON object, with the place of the mistake
   */
  public static Json.Obj decode(byte[] utf8, String what) {
    try {
      return JsonText.readObject(utf8, what);
    } catch (JsonException e) {
      throw new CniException(
          ErrorCode.DECODING_FAILURE.number(), String.valueOf(e.getMessage()), "", e.getCause());
    }
  }

  /** The object that is read, for keys that are handed on as they are. */
  public Json.Obj object() {
    return object;
  }

  /** How errors name a key of this object: {@code ipam.ranges[0][1].subnet}. */
  public String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  public Optional<String> string(String key) {
    return object.find(key).map(value -> string(path(key), value));
  }

  public boolean bool(String key, boolean otherwise) {
    Optional<Json> value = object.find(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    if (value.get() instanceof Json.Bool(boolean truth)) {
      return truth;
    }
    throw refusal(path(key), value.get(), "should be true or false");
  }

  /** A whole number within bounds, both inclusive. */
  public OptionalInt integer(String key, int least, int most) {
    OptionalLong number = number(key, least, most);
    return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
  }

  /** A whole number within bounds, both inclusive. */
  public OptionalLong number(String key, long least, long most) {
    Optional<Json> value = object.find(key);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    if (value.get() instanceof Json.Num(BigDecimal number)
        && number.compareTo(BigDecimal.valueOf(least)) >= 0
        && number.compareTo(BigDecimal.valueOf(most)) <= 0
        && number.stripTrailingZeros().scale() <= 0) {
      return OptionalLong.of(number.longValue());
    }
    throw refusal(path(key), value.get(), "should be a whole number from " + least + " to " + most);
  }

  /** An address; an empty string counts as absent, as in the reference plugins. */
  public Optional<IpAddress> ipAddress(String key) {
    return string(key)
        .filter(text -> !text.isEmpty())
        .map(text -> parse(path(key), text, IpAddress::parse, "should be an IP address"));
  }

  /** An address with a prefix length; host bits are kept. */
  public Optional<IpPrefix> ipPrefix(String key) {
    return parsed(
        key, IpPrefix::parse, "should be an address with a prefix length, such as 10.1.0.0/16");
  }

  /** A MAC address; an empty string counts as absent, as in the reference plugins. */
  public Optional<MacAddress> macAddress(String key) {
    return string(key)
        .filter(text -> !text.isEmpty())
        .map(
            text ->
                parse(
                    path(key),
                    text,
                    MacAddress::parse,
                    "should be a MAC address, such as 02:00:5e:10:00:01"));
  }

  /**
   * A string in a form of its own.
   *
   * @param parser empty for a string that is not of this form
   * @param should completes "but …" in the refusal
   */
  public <T> Optional<T> parsed(String key, Function<String, Optional<T>> parser, String should) {
    return string(key).map(text -> parse(path(key), text, parser, should));
  }

  /** A list of strings in a form of their own; empty if absent. */
  public <T> List<T> parsedList(String key, Function<String, Optional<T>> parser, String should) {
    return list(key, (path, value) -> parse(path, string(path, value), parser, should));
  }

  /** A list of strings; empty if absent. */
  public List<String> strings(String key) {
    return list(key, ConfigReader::string);
  }

  public Optional<ConfigReader> object(String key) {
    return object.find(key).map(value -> object(path(key), value));
  }

  /** An object, or one without keys if it is absent. */
  public ConfigReader objectOrEmpty(String key) {
    return object(key).orElseGet(() -> new ConfigReader(Json.Obj.EMPTY, path(key)));
  }

  /** A list of objects; empty if absent. */
  public List<ConfigReader> objects(String key) {
    return list(key, ConfigReader::object);
  }

  /** A list of lists of objects, as {@code ranges} is; empty if absent. */
  public List<List<ConfigReader>> objectLists(String key) {
    return list(key, (path, value) -> list(path, value, ConfigReader::object));
  }

  /**
   * The refusal of a key's value, to be thrown.
   *
   * @param should completes "but …"
   */
  public CniException refused(String key, String should) {
    return object
        .find(key)
        .map(value -> refusal(path(key), value, should))
        .orElseGet(() -> missing(key, should));
  }

  /**
   * The refusal of an object in which a key is missing, to be thrown.
   *
   * @param should completes "but …"
   */
  public CniException missing(String key, String should) {
    return new CniException(
        ErrorCode.INVALID_CONFIGURATION, path(key) + " is missing, but " + should);
  }

  /** Reads one element, whose path is given for errors. */
  private interface ElementReader<T> {
    T read(String path, Json value);
  }

  private <T> List<T> list(String key, ElementReader<T> reader) {
    Optional<Json> value = object.find(key);
    return value.isEmpty() ? List.of() : list(path(key), value.get(), reader);
  }

  private static <T> List<T> list(String path, Json value, ElementReader<T> reader) {
    if (!(value instanceof Json.Arr(List<Json> elements))) {
      throw refusal(path, value, "should be a list");
    }
    List<T> read = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      read.add(reader.read(path + "[" + i + "]", elements.get(i)));
    }
    return List.copyOf(read);
  }

  private static String string(String path, Json value) {
    if (value instanceof Json.Str(String text)) {
      return text;
    }
    throw refusal(path, value, "should be a string");
  }

  private static ConfigReader object(String path, Json value) {
    if (value instanceof Json.Obj object) {
      return new ConfigReader(object, path);
    }
    throw refusal(path, value, "should be an object");
  }

  private static <T> T parse(
      String path, String text, Function<String, Optional<T>> parser, String should) {
    return parser.apply(text).orElseThrow(() -> refusal(path, new Json.Str(text), should));
  }

  private static CniException refusal(String path, Json value, String should) {
    return new CniException(
        ErrorCode.INVALID_CONFIGURATION, path + " is " + Quoted.of(value) + ", but " + should);
  }
}
