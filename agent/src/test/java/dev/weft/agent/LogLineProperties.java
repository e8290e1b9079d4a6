package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.agent.LogLine.Fact;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;

/** Whatever is logged, it is one line of visible characters that says what was logged. */
class LogLineProperties {

  @Property
  void anyTextComesBack(
      @ForAll @StringLength(max = 300) String message,
      @ForAll @StringLength(max = 300) String value) {
    String line = line(Level.INFO, message, new Fact("value", value), new Fact("number", 7));
    assertTrue(line.codePoints().noneMatch(LogLineProperties::steers), line);
    Map<String, String> fields = fields(line);
    assertEquals(message, fields.get("msg"));
    assertEquals(value.isEmpty() ? null : value, fields.get("value"));
    assertEquals("7", fields.get("number"));
  }

  @Example
  void recordsReadLikeThis() {
    LogRecord logged = new LogRecord(Level.FINE, "call served");
    logged.setInstant(Instant.parse("2026-11-24T20:12:17.385994739Z"));
    logged.setParameters(
        new Object[] {new Fact("plugin", "bridge"), new Fact("network", "a b"), new Fact("x", "")});
    assertEquals(
        "time=2026-11-24T20:12:17.385Z level=debug msg=\"call served\" plugin=bridge network=\"a b\"",
        LogLine.of(logged));
  }

  @Example
  void aValueCannotPassForAnotherField() {
    assertEquals(
        "x exit=0", fields(line(Level.INFO, "a", new Fact("ifname", "x exit=0"))).get("ifname"));
    assertTrue(
        line(Level.INFO, "a", new Fact("b", "\u001b[2J\r\u202e\u2028\u0085\ufeff"))
            .endsWith(" b=\"\\u001b[2J\\u000d\\u202e\\u2028\\u0085\\ufeff\""));
  }

  @Example
  void aFailureIsToldWithItsStack() {
    LogRecord logged = new LogRecord(Level.SEVERE, "a call failed");
    logged.setThrown(new IllegalStateException("two\nlines"));
    Map<String, String> fields = fields(LogLine.of(logged));
    assertEquals("error", fields.get("level"));
    assertEquals("java.lang.IllegalStateException: two\nlines", fields.get("error"));
    assertTrue(
        fields.getOrDefault("stack", "").contains("\tat " + LogLineProperties.class.getName()));
  }

  @Example
  void aLongValueIsCut() {
    String value = "x".repeat(LogLine.VALUE_LIMIT);
    assertEquals(value, fields(line(Level.INFO, "a", new Fact("b", value + "y"))).get("b"));
  }

  private static String line(Level level, String message, Fact... facts) {
    LogRecord logged = new LogRecord(level, message);
    logged.setParameters(facts);
    return LogLine.of(logged);
  }

  private static boolean steers(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  /** Reads a line as a program would: keys, and values that are plain or strings of JSON. */
  private static Map<String, String> fields(String line) {
    Map<String, String> fields = new LinkedHashMap<>();
    int at = 0;
    while (at < line.length()) {
      int equals = line.indexOf('=', at);
      int end = equals + 1;
      String value;
      if (line.charAt(end) == '"') {
        do {
          end += line.charAt(end) == '\\' ? 2 : 1;
        } while (line.charAt(end) != '"');
        end++;
        byte[] json = line.substring(equals + 1, end).getBytes(StandardCharsets.UTF_8);
        value = ((Json.Str) JsonText.read(json, "a value")).value();
      } else {
        end = line.indexOf(' ', end) < 0 ? line.length() : line.indexOf(' ', end);
        value = line.substring(equals + 1, end);
      }
      fields.put(line.substring(at, equals), value);
      assertTrue(end == line.length() || line.charAt(end) == ' ', line);
      at = end + 1;
    }
    return fields;
  }
}
