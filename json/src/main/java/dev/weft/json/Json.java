package dev.weft.json;

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
    public static final Obj EMPTY = new Obj(Map.of());

    public Obj {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * The value of a key, in whatever case it is written: of several, the last that is not {@code
     * null}, as Go's decoder takes it. Delegates get the same bytes and must see the same value.
     */
    public Optional<Json> find(String key) {
      Optional<Json> found = Optional.empty();
      for (Map.Entry<String, Json> field : fields.entrySet()) {
        if (field.getKey().equalsIgnoreCase(key) && !(field.getValue() instanceof Null)) {
          found = Optional.of(field.getValue());
        }
      }
      return found;
    }

    /** True if the key is there in whatever case, be it {@code null}. */
    public boolean has(String key) {
      for (String name : fields.keySet()) {
        if (name.equalsIgnoreCase(key)) {
          return true;
        }
      }
      return false;
    }

    /** The same object with one key set; keys that differ only in case are replaced. */
    public Obj with(String key, Json value) {
      Map<String, Json> changed = new LinkedHashMap<>(without(key).fields);
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
  record Num(BigDecimal value) implements Json {
    public static Num of(long value) {
      return new Num(BigDecimal.valueOf(value));
    }
  }

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
