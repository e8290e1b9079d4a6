package dev.weft.bench.services;

import dev.weft.json.Json;
import dev.weft.net.IpAddress;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The objects of a cluster: Services with a cluster IP and a port, and a slice of endpoints each.
 * The last Service has one endpoint, so that a packet tells which slice it went by.
 *
 * @param services how many
 * @param endpoints of each but the last
 */
record Cluster(int services, int endpoints) {
  static final String NODE = "bench";
  static final String NODE_ADDRESS = "192.0.2.1";
  static final String SERVICE_CIDR = "172.16.0.0/12";
  static final String POD_CIDR = "10.0.0.0/24";
  static final int PORT = 80;
  static final int TARGET_PORT = 8080;

  private static final IpAddress FIRST_CLUSTER_IP = IpAddress.of("172.16.0.10");
  private static final IpAddress FIRST_ENDPOINT = IpAddress.of("10.1.0.0");

  /** Those of the last Service are beyond all others. */
  private static final IpAddress LATER_ENDPOINTS = IpAddress.of("10.200.0.0");

  private static final int NAMESPACES = 50;

  /** All of them, and the node. */
  List<Json.Obj> objects() {
    List<Json.Obj> all = new ArrayList<>();
    all.add(node());
    for (int i = 0; i < services; i++) {
      all.add(service(i));
      List<IpAddress> addresses = new ArrayList<>();
      for (int k = 0; k < endpoints; k++) {
        addresses.add(FIRST_ENDPOINT.plus(i * endpoints + k));
      }
      all.add(i == services - 1 ? lastSlice(0) : slice(i, addresses));
    }
    return all;
  }

  /** Where the last Service is reached. */
  IpAddress lastClusterIp() {
    return FIRST_CLUSTER_IP.plus(services - 1);
  }

  /** The last Service's slice in one of its versions. */
  Json.Obj lastSlice(int version) {
    return slice(services - 1, List.of(lastEndpoint(version)));
  }

  /** Whom the last Service leads to by a version of its slice. */
  static IpAddress lastEndpoint(int version) {
    return LATER_ENDPOINTS.plus(version);
  }

  private static Json.Obj node() {
    return object(
        "kind", word("Node"),
        "apiVersion", word("v1"),
        "metadata", object("name", word(NODE)),
        "spec", object("podCIDR", word(POD_CIDR), "podCIDRs", list(word(POD_CIDR))),
        "status",
            object(
                "addresses",
                list(object("type", word("InternalIP"), "address", word(NODE_ADDRESS)))));
  }

  private Json.Obj service(int number) {
    String clusterIp = FIRST_CLUSTER_IP.plus(number).toString();
    return object(
        "kind", word("Service"),
        "apiVersion", word("v1"),
        "metadata", metadata(number, Json.Obj.EMPTY, ""),
        "spec",
            object(
                "type", word("ClusterIP"),
                "clusterIP", word(clusterIp),
                "clusterIPs", list(word(clusterIp)),
                "ipFamilies", list(word("IPv4")),
                "ipFamilyPolicy", word("SingleStack"),
                "internalTrafficPolicy", word("Cluster"),
                "sessionAffinity", word("None"),
                "ports",
                    list(
                        object(
                            "name", word("http"),
                            "protocol", word("TCP"),
                            "port", number(PORT),
                            "targetPort", number(TARGET_PORT)))));
  }

  private static Json.Obj slice(int number, List<IpAddress> addresses) {
    List<Json> all = new ArrayList<>();
    for (IpAddress address : addresses) {
      all.add(
          object(
              "addresses", list(word(address.toString())),
              "nodeName", word("elsewhere"),
              "conditions",
                  object(
                      "ready", new Json.Bool(true),
                      "serving", new Json.Bool(true),
                      "terminating", new Json.Bool(false))));
    }
    return object(
        "kind", word("EndpointSlice"),
        "apiVersion", word("discovery.k8s.io/v1"),
        "metadata",
            metadata(
                number, object("kubernetes.io/service-name", word("service-" + number)), "-slice"),
        "addressType", word("IPv4"),
        "ports",
            list(
                object(
                    "name", word("http"),
                    "protocol", word("TCP"),
                    "port", number(TARGET_PORT))),
        "endpoints", new Json.Arr(all));
  }

  private static Json.Obj metadata(int number, Json.Obj labels, String suffix) {
    return object(
        "name", word("service-" + number + suffix),
        "namespace", word("namespace-" + number % NAMESPACES),
        "uid", word("00000000-0000-4000-8000-%012d".formatted(number)),
        "labels", labels);
  }

  private static Json word(String text) {
    return new Json.Str(text);
  }

  private static Json number(int value) {
    return new Json.Num(BigDecimal.valueOf(value));
  }

  private static Json list(Json... elements) {
    return new Json.Arr(List.of(elements));
  }

  /** Keys and values by turns. */
  private static Json.Obj object(Object... fields) {
    Map<String, Json> all = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      if (fields[i] instanceof String key && fields[i + 1] instanceof Json value) {
        all.put(key, value);
      } else {
        throw new IllegalArgumentException("a key and a value should be here: " + fields[i]);
      }
    }
    return new Json.Obj(all);
  }
}
