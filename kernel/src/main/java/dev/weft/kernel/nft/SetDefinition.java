package dev.weft.kernel.nft;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A set, or a map.
 *
 * @param key of which parts its keys are
 * @param value what they lead to
 * @param interval whether elements are ranges: of keys as one number in network order, the first
 *     part highest, which lets a range vary in its last part only
 * @param size how many elements it takes, if packets fill it: they then go after a while
 */
public record SetDefinition(
    String name, List<Type> key, Value value, boolean interval, OptionalInt size) {

  /** The types of keys and values that are known to nft. */
  public enum Type {
    IPV4_ADDR(4),
    IPV6_ADDR(16),
    INET_PROTO(1),
    INET_SERVICE(2),
    /** A number of 32 bits. */
    MARK(4);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }

    int bytes() {
      return bytes;
    }
  }

  /** What an element leads to. */
  public sealed interface Value {
    /** To nothing: a set. */
    record None() implements Value {}

    /** To a value of these parts. */
    record Parts(List<Type> parts) implements Value {
      public Parts {
        parts = List.copyOf(parts);
      }
    }

    /** To a chain. */
    record Verdict() implements Value {}
  }

  public SetDefinition {
    key = List.copyOf(key);
  }

  /** A set of single keys. */
  public static SetDefinition set(String name, List<Type> key) {
    return new SetDefinition(name, key, new Value.None(), false, OptionalInt.empty());
  }

  /** A set of ranges. */
  public static SetDefinition ranges(String name, List<Type> key) {
    return new SetDefinition(name, key, new Value.None(), true, OptionalInt.empty());
  }

  /** A map to values. */
  public static SetDefinition map(String name, List<Type> key, List<Type> value) {
    return new SetDefinition(name, key, new Value.Parts(value), false, OptionalInt.empty());
  }

  /** A map to chains. */
  public static SetDefinition dispatch(String name, Type key) {
    return new SetDefinition(name, List.of(key), new Value.Verdict(), false, OptionalInt.empty());
  }

  /** A set that packets fill. */
  public static SetDefinition memory(String name, List<Type> key, int size) {
    return new SetDefinition(name, key, new Value.None(), false, OptionalInt.of(size));
  }

  /** Whether elements lead to nothing. */
  boolean isPlain() {
    return value instanceof Value.None;
  }

  /** Whether elements lead to values. */
  boolean isMapOfValues() {
    return value instanceof Value.Parts;
  }

  /** How long a key is, in bytes. */
  public int keyBytes() {
    return bytes(key);
  }

  /** How long a value is, in bytes; 0 if there is none. */
  public int valueBytes() {
    return value instanceof Value.Parts(List<Type> parts) ? bytes(parts) : 0;
  }

  private static int bytes(List<Type> parts) {
    return parts.size() == 1
        ? parts.getFirst().bytes()
        : parts.stream().mapToInt(part -> Expression.padded(part.bytes())).sum();
  }

  /** What its values are; nothing for sets and maps to chains. */
  public Optional<List<Type>> valueParts() {
    return value instanceof Value.Parts(List<Type> parts) ? Optional.of(parts) : Optional.empty();
  }
}
