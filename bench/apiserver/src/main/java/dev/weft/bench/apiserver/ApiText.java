package dev.weft.bench.apiserver;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the server says, as text. */
final class ApiText {
  private ApiText() {}

  /** The beginning of an object, up to its first field. */
  private static String head(ApiKind kind, String suffix) {
    return "{\"kind\":\""
        + kind.kind()
        + suffix
        + "\",\"apiVersion\":\""
        + kind.apiVersion()
        + "\",";
  }

  static ByteBuf object(ByteBufAllocator buffers, Stored stored) {
    ByteBuf text = buffers.buffer(stored.fields().length + 64);
    ByteBufUtil.writeAscii(text, head(stored.kind(), ""));
    return text.writeBytes(stored.fields());
  }

  /**
   * A list.
   *
   * @param token what brings the rest; empty if this is all
   * @param left how many are in the rest
   */
  static ByteBuf list(
      ByteBufAllocator buffers,
      ApiKind kind,
      long version,
      List<Stored> items,
      String token,
      int left) {
    int size = 256;
    for (Stored item : items) {
      size += item.fields().length + 2;
    }
    Map<String, Json> metadata = new LinkedHashMap<>();
    metadata.put("resourceVersion", new Json.Str(Long.toString(version)));
    if (!token.isEmpty()) {
      metadata.put("continue", new Json.Str(token));
      metadata.put("remainingItemCount", Json.Num.of(left));
    }
    ByteBuf text = buffers.buffer(size);
    ByteBufUtil.writeAscii(text, head(kind, "List"));
    ByteBufUtil.writeUtf8(
        text, "\"metadata\":" + JsonText.write(new Json.Obj(metadata)) + ",\"items\":[");
    String before = "{";
    for (Stored item : items) {
      ByteBufUtil.writeAscii(text, before);
      text.writeBytes(item.fields());
      before = ",{";
    }
    ByteBufUtil.writeAscii(text, "]}\n");
    return text;
  }

  static ByteBuf event(ByteBufAllocator buffers, String type, Stored stored) {
    ByteBuf text = buffers.buffer(stored.fields().length + 128);
    ByteBufUtil.writeAscii(
        text, "{\"type\":\"" + type + "\",\"object\":" + head(stored.kind(), ""));
    text.writeBytes(stored.fields());
    ByteBufUtil.writeAscii(text, "}\n");
    return text;
  }

  static ByteBuf bookmark(
      ByteBufAllocator buffers, ApiKind kind, long version, boolean initialEnd) {
    String annotations =
        initialEnd ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
    return ByteBufUtil.writeAscii(
        buffers,
        "{\"type\":\"BOOKMARK\",\"object\":"
            + head(kind, "")
            + "\"metadata\":{\"resourceVersion\":\""
            + version
            + "\""
            + annotations
            + "}}}\n");
  }

  static ByteBuf error(ByteBufAllocator buffers, int code) {
    return ByteBufUtil.writeUtf8(
        buffers,
        "{\"type\":\"ERROR\",\"object\":" + JsonText.write(status(code, reason(code))) + "}\n");
  }

  static Json.Obj status(int code, String message) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("kind", new Json.Str("Status"));
    fields.put("apiVersion", new Json.Str("v1"));
    fields.put("metadata", Json.Obj.EMPTY);
    fields.put("status", new Json.Str("Failure"));
    fields.put("message", new Json.Str(message));
    fields.put("reason", new Json.Str(reason(code)));
    fields.put("code", Json.Num.of(code));
    return new Json.Obj(fields);
  }

  private static String reason(int code) {
    return switch (code) {
      case 400 -> "BadRequest";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "NotFound";
      case 410 -> "Expired";
      case 429 -> "TooManyRequests";
      case 504 -> "Timeout";
      default -> "InternalError";
    };
  }
}
