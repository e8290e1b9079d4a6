package dev.weft.agent;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.logging.LogRecord;

/**
 * A record of the log as one line of {@code key=value}, which people and programs can read (logfmt:
 * <a href="https://brandur.org/logfmt">brandur.org/logfmt</a>). A value with anything but plain
 * characters in it is written as JSON writes a string. So what comes from outside can neither end
 * the line nor steer a terminal, nor pass for a field of its own.
 */
final class LogLine {
  /** Something that a record says besides its message. A value that is empty is not written. */
  record Fact(String key, Object value) {}

  /** How many characters of a value are written. */
  static final int VALUE_LIMIT = 8 << 10;

  private LogLine() {}

  static String of(LogRecord logged) {
    StringBuilder line = new StringBuilder(160);
    line.append("time=").append(logged.getInstant().truncatedTo(ChronoUnit.MILLIS));
    line.append(" level=").append(LogLevel.of(logged.getLevel()));
    line.append(" msg=").append(quoted(shortened(String.valueOf(logged.getMessage()))));
    Object[] parameters = logged.getParameters();
    if (parameters != null) {
      for (Object parameter : parameters) {
        if (parameter instanceof Fact fact) {
          add(line, fact);
        }
      }
    }
    Throwable failure = logged.getThrown();
    if (failure != null) {
      add(line, new Fact("error", failure));
      add(line, new Fact("stack", stack(failure)));
    }
    return line.toString();
  }

  private static void add(StringBuilder line, Fact fact) {
    String text = shortened(fact.value().toString());
    if (!text.isEmpty()) {
      line.append(' ').append(fact.key()).append('=');
      line.append(isPlain(text) ? text : quoted(text));
    }
  }

  private static String stack(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  private static String shortened(String text) {
    return text.length() <= VALUE_LIMIT ? text : text.substring(0, VALUE_LIMIT);
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c > '~' || c == '"' || c == '=' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').appendCodePoint(c);
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (isVisible(c)) {
            quoted.appendCodePoint(c);
          } else {
            escape(quoted, c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  /** False for what steers a terminal, turns the direction of writing, or ends a line. */
  private static boolean isVisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  private static void escape(StringBuilder quoted, int codePoint) {
    for (char c : Character.toChars(codePoint)) {
      quoted.append("\\u");
      for (int shift = 12; shift >= 0; shift -= 4) {
        quoted.append(Character.forDigit(c >> shift & 0xF, 16));
      }
    }
  }
}
