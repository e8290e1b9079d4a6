package dev.weft.cni;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value (RFC 8259) as immutable data.
 *
 * <p>Why not a binding library: configurations pass through us to other plugins with keys we do not
 * know, our errors name the place of a wrong value, and reflection costs a plugin's start 100 ms.
 * {@link JsonText} reads and writes it with Jackson's streaming parser.
 */
public sealed interface Json {

  /** An object; keys keep their order. */
  record Obj(Map<String, Json> fields) implements Json {
    public Obj {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * The value of a key: the one that is written just so, else one that differs only in case, as
     * Go's decoder finds it and runtimes rely on. {@code null} counts as absent.
     */
    public Optional<Json> find(String key) {
      Json exact = fields.get(key);
      if (exact != null) {
        return exact instanceof Null ? Optional.empty() : Optional.of(exact);
      }
      for (Map.Entry<String, Json> field : fields.entrySet()) {
        if (field.getKey().equalsIgnoreCase(key) && !(field.getValue() instanceof Null)) {
          return Optional.of(field.getValue());
        }
      }
      return Optional.empty();
    }

    /** The same object with one key set; a key that differs only in case is replaced. */
    public Obj with(String key, Json value) {
      Map<String, Json> changed = new LinkedHashMap<>();
      fields.forEach(
          (name, old) -> {
            if (!name.equalsIgnoreCase(key)) {
              changed.put(name, old);
            }
          });
      changed.put(key, value);
      return new Obj(changed);
    }

    /** The same object without one key, in whatever case. */
    public Obj without(String key) {
      Map<String, Json> changed = new LinkedHashMap<>(fields);
      changed.keySet().removeIf(name -> name.equalsIgnoreCase(key));
      return new Obj(changed);
    }
  }

  /** An array. */
  record Arr(List<Json> elements) implements Json {
    public Arr {
      elements = List.copyOf(elements);
    }
  }

  /** A string. */
  record Str(String value) implements Json {}

  /** A number, as precise as it was written. */
  record Num(BigDecimal value) implements Json {}

  /** A truth value. */
  record Bool(boolean value) implements Json {}

  /** The word {@code null}. */
  record Null() implements Json {}

  /** What people call a value of this kind: {@code an object}, {@code a string}… */
  default String kind() {
    return switch (this) {
      case Obj _ -> "an object";
      case Arr _ -> "a list";
      case Str _ -> "a string";
      case Num _ -> "a number";
      case Bool _ -> "true or false";
      case Null _ -> "null";
    };
  }
}
