package dev.weft.watch;

/**
 * A kind of objects that is watched at an API server.
 *
 * @param kind of each of them
 * @param path where they are listed and watched, without a slash in front
 * @param labelSelector and
 * @param fieldSelector what the server shall leave out; empty for nothing
 */
record Watched(
    String kind, String apiVersion, String path, String labelSelector, String fieldSelector) {

  /** Those that some node may serve; the same is asked for by kube-proxy. */
  static final Watched SERVICES =
      new Watched(
          "Service",
          "v1",
          "api/v1/services",
          "!service.kubernetes.io/service-proxy-name",
          "spec.clusterIP!=None");

  static final Watched ENDPOINT_SLICES =
      new Watched(
          "EndpointSlice",
          "discovery.k8s.io/v1",
          "apis/discovery.k8s.io/v1/endpointslices",
          "!service.kubernetes.io/headless",
          "");

  /** The node of this name. */
  static Watched node(String name) {
    return new Watched("Node", "v1", "api/v1/nodes", "", "metadata.name=" + name);
  }

  /** What people call them. */
  String plural() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
