package dev.weft.agent;

import io.netty.handler.codec.http.HttpResponseStatus;

/** What a path of HTTP is answered with. */
record Page(HttpResponseStatus status, String contentType, String text) {
  private static final String PLAIN = "text/plain; charset=utf-8";

  static Page of(String contentType, String text) {
    return new Page(HttpResponseStatus.OK, contentType, text);
  }

  /** One line of plain text. */
  static Page line(HttpResponseStatus status, String text) {
    return new Page(status, PLAIN, text + "\n");
  }
}
