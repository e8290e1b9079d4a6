package dev.weft.bench.apiserver;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** An object in one version. */
final class Stored {
  private final ApiKind kind;
  private final Json.Obj object;
  private final long version;

  /**
   * The text without kind and API version, which items of lists do not have: from the first field
   * to the closing brace.
   */
  private final byte[] fields;

  private Stored(ApiKind kind, Json.Obj object, long version, byte[] fields) {
    this.kind = kind;
    this.object = object;
    this.version = version;
    this.fields = fields;
  }

  static Stored of(ApiKind kind, Json.Obj object, long version) {
    Map<String, Json> metadata = new LinkedHashMap<>(metadata(object).fields());
    metadata.put("resourceVersion", new Json.Str(Long.toString(version)));
    Map<String, Json> fields = new LinkedHashMap<>(object.fields());
    fields.put("metadata", new Json.Obj(metadata));
    fields.remove("kind");
    fields.remove("apiVersion");
    Json.Obj whole = new Json.Obj(fields);
    byte[] text = JsonText.write(whole).substring(1).getBytes(StandardCharsets.UTF_8);
    return new Stored(kind, whole, version, text);
  }

  static Json.Obj metadata(Json.Obj object) {
    return object.fields().get("metadata") instanceof Json.Obj metadata ? metadata : Json.Obj.EMPTY;
  }

  static String word(Json.Obj object, String key) {
    return object.fields().get(key) instanceof Json.Str(String text) ? text : "";
  }

  ApiKind kind() {
    return kind;
  }

  Json.Obj object() {
    return object;
  }

  long version() {
    return version;
  }

  byte[] fields() {
    return fields;
  }
}
