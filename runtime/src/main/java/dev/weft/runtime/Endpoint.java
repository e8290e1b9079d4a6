package dev.weft.runtime;

import dev.weft.cni.Attachment;
import dev.weft.json.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a network is attached, and with which parameters.
 *
 * @param netns the path of the container's network namespace; empty if it is gone
 * @param args CNI_ARGS, in order
 * @param capabilityArgs what plugins that declare a capability get as {@code runtimeConfig}
 */
public record Endpoint(
    Attachment attachment, String netns, Map<String, String> args, Json.Obj capabilityArgs) {

  public Endpoint {
    args = Collections.unmodifiableMap(new LinkedHashMap<>(args));
  }
}
