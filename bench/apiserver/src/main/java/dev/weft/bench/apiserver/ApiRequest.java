package dev.weft.bench.apiserver;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody asked the server.
 *
 * @param method of HTTP
 * @param path without the query
 * @param query its parameters, decoded; of one that is given twice, the first
 * @param kind what it is about; nothing if the server does not know it
 * @param namespace empty for all, and for what has none
 * @param name empty for a list or a watch
 */
public record ApiRequest(
    String method,
    String path,
    Map<String, String> query,
    Optional<ApiKind> kind,
    String namespace,
    String name) {

  static ApiRequest of(String method, String uri) {
    QueryStringDecoder decoder = new QueryStringDecoder(uri);
    Map<String, String> query = new LinkedHashMap<>();
    decoder.parameters().forEach((key, values) -> query.put(key, values.getFirst()));
    String path = decoder.path();
    for (ApiKind kind : ApiKind.values()) {
      if (path.startsWith(kind.root())) {
        String[] rest = path.substring(kind.root().length()).split("/", -1);
        boolean within = rest.length >= 3 && rest[0].equals("namespaces");
        int at = within ? 2 : 0;
        if (rest[at].equals(kind.plural()) && rest.length <= at + 2) {
          return new ApiRequest(
              method,
              path,
              query,
              Optional.of(kind),
              within ? rest[1] : "",
              rest.length > at + 1 ? rest[at + 1] : "");
        }
      }
    }
    return new ApiRequest(method, path, query, Optional.empty(), "", "");
  }

  /** The verb by which roles allow it: get, list or watch; else the method. */
  public String verb() {
    if (!method.equals("GET")) {
      return method;
    }
    if (!name.isEmpty()) {
      return "get";
    }
    return isSet("watch") ? "watch" : "list";
  }

  public boolean isList() {
    return verb().equals("list");
  }

  public boolean isWatch() {
    return verb().equals("watch");
  }

  boolean isSet(String parameter) {
    String value = query.getOrDefault(parameter, "");
    return value.equals("true") || value.equals("1");
  }

  /** A parameter that is a number; 0 if it is not there or is none. */
  long number(String parameter) {
    try {
      return Long.parseLong(query.getOrDefault(parameter, "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
