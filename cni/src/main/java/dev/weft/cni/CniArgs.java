package dev.weft.cni;

import dev.weft.json.Quoted;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * CNI_ARGS, {@code KEY=VALUE;KEY=VALUE}: what users pass at invocation.
 *
 * @param values by key, as written
 */
public record CniArgs(Map<String, String> values) {
  public static final CniArgs NONE = new CniArgs(Map.of());

  private static final String IGNORE_UNKNOWN = "IgnoreUnknown";

  public CniArgs {
    values = Map.copyOf(values);
  }

  public Optional<String> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /**
   * Reads the variable's text; empty text is no arguments.
   *
   * @throws CniException 4 if it is malformed
   */
  static CniArgs parse(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    int start = 0;
    while (start < text.length()) {
      int semicolon = text.indexOf(';', start);
      int end = semicolon < 0 ? text.length() : semicolon;
      String pair = text.substring(start, end);
      int equals = pair.indexOf('=');
      if (equals <= 0 || pair.indexOf('=', equals + 1) >= 0) {
        throw invalid("holds " + Quoted.of(pair) + ", but should be KEY=VALUE pairs joined by ';'");
      }
      values.put(pair.substring(0, equals), pair.substring(equals + 1));
      start = end + 1;
    }
    return new CniArgs(values);
  }

  /**
   * Refuses keys that the plugin does not know, unless IgnoreUnknown says that they are for others.
   *
   * @throws CniException 4 naming the key
   */
  void requireOnly(Set<String> known) {
    if (ignoresUnknown()) {
      return;
    }
    for (String key : values.keySet()) {
      if (!known.contains(key) && !key.equals(IGNORE_UNKNOWN)) {
        throw invalid(
            "has the unknown key " + Quoted.of(key) + ": leave it out or add IgnoreUnknown=1");
      }
    }
  }

  private boolean ignoresUnknown() {
    String value = get(IGNORE_UNKNOWN).orElse("0");
    if (value.equals("1") || value.equalsIgnoreCase("true")) {
      return true;
    }
    if (value.equals("0") || value.equalsIgnoreCase("false")) {
      return false;
    }
    throw invalid(
        "has IgnoreUnknown=" + Quoted.of(value) + ", but it should be 1, 0, true or false");
  }

  private static CniException invalid(String problem) {
    return new CniException(ErrorCode.INVALID_ENVIRONMENT, "CNI_ARGS " + problem);
  }
}
