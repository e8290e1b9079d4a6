package dev.weft.bench.apiserver;

import java.util.Arrays;
import java.util.Optional;

/** The kinds of objects that the server knows. */
public enum ApiKind {
  SERVICE("", "v1", "services", "Service"),
  NODE("", "v1", "nodes", "Node"),
  ENDPOINT_SLICE("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
  SERVICE_CIDR("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR");

  private final String group;
  private final String version;
  private final String plural;
  private final String kind;

  ApiKind(String group, String version, String plural, String kind) {
    this.group = group;
    this.version = version;
    this.plural = plural;
    this.kind = kind;
  }

  /** The API group; empty for the core. */
  public String group() {
    return group;
  }

  /** The name in paths. */
  public String plural() {
    return plural;
  }

  String kind() {
    return kind;
  }

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** Where its API version is rooted: {@code /api/v1/}. */
  String root() {
    return (group.isEmpty() ? "/api/" : "/apis/" + group + "/") + version + "/";
  }

  static Optional<ApiKind> of(String kind) {
    return Arrays.stream(values()).filter(value -> value.kind.equals(kind)).findFirst();
  }
}
