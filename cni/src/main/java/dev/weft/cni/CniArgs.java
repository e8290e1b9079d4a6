package dev.weft.cni;

import java.util.Map;
import java.util.Optional;

/**
 * CNI_ARGS, {@code KEY=VALUE;KEY=VALUE}: what users pass at invocation.
 *
 * @param values by key, as written
 */
public record CniArgs(Map<String, String> values) {
  public static final CniArgs NONE = new CniArgs(Map.of());

  public CniArgs {
    values = Map.copyOf(values);
  }

  public Optional<String> get(String key) {
    return Optional.ofNullable(values.get(key));
  }
}
