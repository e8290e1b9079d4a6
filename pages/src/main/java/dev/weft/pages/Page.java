package dev.weft.pages;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;

/**
 * What a path of HTTP is answered with.
 *
 * @param headers besides those that every page has
 */
public record Page(
    HttpResponseStatus status, String contentType, String text, Map<String, String> headers) {
  private static final String PLAIN = "text/plain; charset=utf-8";

  public Page {
    headers = Map.copyOf(headers);
  }

  public static Page of(String contentType, String text) {
    return new Page(HttpResponseStatus.OK, contentType, text, Map.of());
  }

  /** One line of plain text. */
  public static Page line(HttpResponseStatus status, String text) {
    return new Page(status, PLAIN, text + "\n", Map.of());
  }
}
