package dev.weft.services;

import dev.weft.json.Json;
import dev.weft.json.Quoted;
import dev.weft.net.IpAddress;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads typed values from an object that a user wrote and refuses wrong ones with a sentence that
 * names the field by its path, what it is and what it should be. Names of fields count with their
 * case, as for an API server. A field that is {@code null} is one that is not there.
 */
public final class Fields {
  private final Map<String, Json> fields;
  private final String path;

  private Fields(Map<String, Json> fields, String path) {
    this.fields = fields;
    this.path = path;
  }

  public static Fields of(Json.Obj object) {
    return new Fields(object.fields(), "");
  }

  /** A string of a list, with the path that errors name it by. */
  public record Word(String path, String text) {

    public FieldException refused(String should) {
      return Fields.refused(path, new Json.Str(text), should);
    }

    /** An address in the form that API servers take. */
    public IpAddress address() {
      return IpAddress.parse(text)
          .orElseThrow(
              () -> refused("should be an IP address, without zeros in front of its numbers"));
    }

    /** An address that packets may be sent to or from by others than this host. */
    IpAddress reachableAddress() {
      IpAddress address = address();
      if (address.isUnspecified()
          || address.isLoopback()
          || address.isLinkLocal()
          || address.isMulticast()) {
        throw refused("should be neither unspecified, loopback, link-local nor multicast");
      }
      return address;
    }
  }

  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  Set<String> keys() {
    return fields.keySet();
  }

  public boolean has(String key) {
    return find(key).isPresent();
  }

  private Optional<Json> find(String key) {
    return Optional.ofNullable(fields.get(key)).filter(value -> !(value instanceof Json.Null));
  }

  /** A string, empty if it is not there. */
  public String string(String key) {
    return find(key).map(value -> string(path(key), value)).orElse("");
  }

  public Word word(String key) {
    return new Word(path(key), string(key));
  }

  Optional<Boolean> bool(String key) {
    return find(key)
        .map(
            value -> {
              if (value instanceof Json.Bool(boolean truth)) {
                return truth;
              }
              throw refused(path(key), value, "should be true or false, without quotes");
            });
  }

  /** A whole number within bounds, both inclusive. */
  public int integer(String key, int least, int most, int otherwise) {
    Optional<Json> value = find(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    if (value.get() instanceof Json.Num(BigDecimal number)
        && number.compareTo(BigDecimal.valueOf(least)) >= 0
        && number.compareTo(BigDecimal.valueOf(most)) <= 0
        && number.stripTrailingZeros().scale() <= 0) {
      return number.intValue();
    }
    String quotes = value.get() instanceof Json.Str ? ", without quotes" : "";
    throw refused(
        path(key), value.get(), "should be a whole number from " + least + " to " + most + quotes);
  }

  /** One of some words; an empty one counts as not there. */
  public <T> T choice(String key, Map<String, T> choices, T otherwise) {
    String text = string(key);
    if (text.isEmpty()) {
      return otherwise;
    }
    T choice = choices.get(text);
    if (choice == null) {
      String words = String.join(", ", new TreeSet<>(choices.keySet()));
      throw refused(key, "should be one of " + words);
    }
    return choice;
  }

  List<Word> words(String key) {
    List<Word> words = new ArrayList<>();
    List<Json> elements = list(key);
    for (int i = 0; i < elements.size(); i++) {
      String at = path(key) + "[" + i + "]";
      words.add(new Word(at, string(at, elements.get(i))));
    }
    return words;
  }

  /** The object, or one without fields if it is not there. */
  public Fields object(String key) {
    return find(key)
        .map(value -> object(path(key), value))
        .orElseGet(() -> new Fields(Map.of(), path(key)));
  }

  public List<Fields> objects(String key) {
    List<Fields> objects = new ArrayList<>();
    List<Json> elements = list(key);
    for (int i = 0; i < elements.size(); i++) {
      objects.add(object(path(key) + "[" + i + "]", elements.get(i)));
    }
    return objects;
  }

  private List<Json> list(String key) {
    Optional<Json> value = find(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (value.get() instanceof Json.Arr(List<Json> elements)) {
      return elements;
    }
    throw refused(path(key), value.get(), "should be a list");
  }

  /**
   * The refusal of a field, to be thrown.
   *
   * @param should completes "but …"
   */
  public FieldException refused(String key, String should) {
    return find(key)
        .map(value -> refused(path(key), value, should))
        .orElseGet(() -> new FieldException(path(key) + " is missing, but " + should));
  }

  private static FieldException refused(String path, Json value, String should) {
    return new FieldException(path + " is " + Quoted.of(value) + ", but " + should);
  }

  private static String string(String path, Json value) {
    return switch (value) {
      case Json.Str(String text) -> text;
      case Json.Num _, Json.Bool _ -> throw refused(path, value, "should be a string, in quotes");
      default -> throw refused(path, value, "should be a string");
    };
  }

  private static Fields object(String path, Json value) {
    if (value instanceof Json.Obj(Map<String, Json> fields)) {
      return new Fields(fields, path);
    }
    throw refused(path, value, "should be an object");
  }
}
