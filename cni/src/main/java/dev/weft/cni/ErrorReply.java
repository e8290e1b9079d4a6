package dev.weft.cni;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Failures as error objects (specification 1.1.0, section 5). */
final class ErrorReply {
  private ErrorReply() {}

  static Reply of(CniException failure, String cniVersion, String stderr) {
    Map<String, Json> error = new LinkedHashMap<>();
    error.put("cniVersion", new Json.Str(cniVersion));
    error.put("code", Json.Num.of(failure.code()));
    error.put("msg", new Json.Str(oneLine(String.valueOf(failure.getMessage()))));
    String details = details(failure);
    if (!details.isEmpty()) {
      error.put("details", new Json.Str(oneLine(details)));
    }
    return new Reply(1, JsonText.write(new Json.Obj(error)) + "\n", stderr);
  }

  /** A failure that nobody foresaw: what it was, and where. */
  static CniException unforeseen(Throwable failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    CniException internal =
        new CniException(
            ErrorCode.INTERNAL.number(),
            "internal error: " + firstLine(failure.toString()),
            trace.length > 0 ? "at " + trace[0] : "",
            failure);
    for (Throwable suppressed : failure.getSuppressed()) {
      internal.addSuppressed(suppressed);
    }
    return internal;
  }

  /** A failure with its stack, for the log. */
  static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }

  /** Programs and plugins of others may explain themselves in several lines; logs have one. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (String part : text.split("\n", -1)) {
      String words = part.strip();
      line.append(line.isEmpty() || words.isEmpty() ? "" : " ").append(words);
    }
    return line.toString();
  }

  private static String details(CniException failure) {
    StringBuilder details = new StringBuilder(failure.details());
    for (Throwable suppressed : failure.getSuppressed()) {
      details.append(details.isEmpty() ? "" : "; ").append("and then: ");
      details.append(
          suppressed instanceof CniException ? suppressed.getMessage() : suppressed.toString());
    }
    return details.toString();
  }
}
