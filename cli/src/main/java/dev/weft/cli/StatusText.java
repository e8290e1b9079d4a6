package dev.weft.cli;

import dev.weft.json.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an agent tells of itself, for people. An agent of another version may tell less, or more:
 * what is not told is shown as a dash.
 */
record StatusText(Json.Obj page, Instant now) {
  private static final String UNTOLD = "-";

  /** Plugin and verb to the left, numbers to the right. */
  private static final String ROW = "%-12s %-8s %8s %8s %8s %8s %8s %8s %9s  %s";

  boolean isReady() {
    return state().equals("ready");
  }

  String state() {
    return text(page, "state");
  }

  String whole() {
    Json.Obj calls = object(page, "calls");
    Json.Obj process = object(page, "process");
    List<String> lines = new ArrayList<>();
    lines.add("state        " + state());
    lines.add("up since     " + since(text(page, "upSince")));
    lines.add("process      " + text(page, "pid") + ", Weft " + text(page, "version"));
    lines.add(
        "calls now    "
            + (text(calls, "working") + " worked on, ")
            + (text(calls, "waiting") + " waiting, ")
            + (text(calls, "connections") + " connections"));
    lines.add(
        "not served   "
            + (text(calls, "declined") + " sent the standalone way, ")
            + (text(calls, "refused") + " refused for overload, ")
            + (text(calls, "abandoned") + " whose caller had gone"));
    lines.addAll(owed(object(page, "pendingDeletes")));
    lines.add(
        "memory       "
            + (megabytes(process, "residentBytes") + " MB, ")
            + ("heap " + megabytes(process, "heapBytes"))
            + (" of " + megabytes(process, "heapLimitBytes") + " MB"));
    lines.add(
        "in use       "
            + (text(process, "descriptors") + " descriptors, ")
            + (text(process, "threads") + " threads, ")
            + (seconds(process, "cpuSeconds") + " s of CPU time"));
    lines.addAll(operations());
    return String.join("\n", lines) + "\n";
  }

  /** How many DELs are owed to containers, and a line for each of the oldest. */
  private List<String> owed(Json.Obj deletes) {
    List<String> lines = new ArrayList<>();
    String number = text(deletes, "number");
    lines.add("DELs owed    " + (number.equals("0") ? "none" : number));
    for (Json.Obj each : objects(deletes, "oldest")) {
      lines.add(
          "  container "
              + text(each, "containerID")
              + " "
              + text(each, "ifname")
              + ", network "
              + text(each, "network")
              + ", by "
              + text(each, "plugin")
              + ": since "
              + since(text(each, "since"))
              + ", "
              + failure(each));
    }
    return lines;
  }

  /** {@code failed 3 times: the disk is full}. */
  private static String failure(Json.Obj delete) {
    String attempts = text(delete, "attempts");
    if (attempts.equals("0")) {
      return "not tried yet";
    }
    String times = attempts.equals("1") ? "once" : attempts + " times";
    return "failed " + times + ": " + oneLine(text(delete, "error"));
  }

  /** A plugin of somebody else may say anything: it shall not move the cursor. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(line::appendCodePoint);
    return line.toString();
  }

  private List<String> operations() {
    List<Json.Obj> operations = objects(page, "operations");
    if (operations.isEmpty()) {
      return List.of("operations   none yet");
    }
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        ROW.formatted(
            "plugin",
            "verb",
            "number",
            "failed",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "max ms",
            "p99 queue",
            "errors"));
    for (Json.Obj operation : operations) {
      Json.Obj took = object(operation, "seconds");
      lines.add(
          ROW.formatted(
                  text(operation, "plugin"),
                  text(operation, "verb"),
                  text(operation, "number"),
                  text(operation, "failed"),
                  milliseconds(took, "p50"),
                  milliseconds(took, "p90"),
                  milliseconds(took, "p99"),
                  milliseconds(took, "max"),
                  milliseconds(object(operation, "waitedSeconds"), "p99"),
                  errors(object(operation, "errors")))
              .stripTrailing());
    }
    return lines;
  }

  /** {@code 3 of code 100}. */
  private static String errors(Json.Obj errors) {
    List<String> texts = new ArrayList<>();
    for (Map.Entry<String, Json> each : errors.fields().entrySet()) {
      texts.add(text(errors, each.getKey()) + " of code " + each.getKey());
    }
    return String.join(", ", texts);
  }

  private String since(String instant) {
    try {
      Instant began = Instant.parse(instant);
      return began.truncatedTo(ChronoUnit.SECONDS) + " (" + age(Duration.between(began, now)) + ")";
    } catch (DateTimeParseException e) {
      return UNTOLD;
    }
  }

  private static String age(Duration age) {
    if (age.toDays() > 0) {
      return age.toDays() + " d " + age.toHoursPart() + " h";
    }
    if (age.toHours() > 0) {
      return age.toHours() + " h " + age.toMinutesPart() + " min";
    }
    return age.toMinutes() > 0 ? age.toMinutes() + " min" : Math.max(0, age.toSeconds()) + " s";
  }

  private static Json.Obj object(Json.Obj in, String key) {
    return in.find(key).orElse(Json.Obj.EMPTY) instanceof Json.Obj object ? object : Json.Obj.EMPTY;
  }

  private static List<Json.Obj> objects(Json.Obj in, String key) {
    return in.find(key).orElse(new Json.Null()) instanceof Json.Arr(List<Json> elements)
        ? elements.stream().filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast).toList()
        : List.of();
  }

  private static String text(Json.Obj in, String key) {
    return switch (in.find(key).orElse(new Json.Null())) {
      case Json.Str(String text) -> text;
      case Json.Num(BigDecimal number) -> plain(number);
      default -> UNTOLD;
    };
  }

  private static String megabytes(Json.Obj in, String key) {
    return in.find(key).orElse(new Json.Null()) instanceof Json.Num(BigDecimal bytes)
        ? Long.toString(bytes.longValue() >> 20)
        : UNTOLD;
  }

  private static String seconds(Json.Obj in, String key) {
    return rounded(in, key, 0);
  }

  private static String milliseconds(Json.Obj in, String key) {
    return rounded(in, key, 3);
  }

  /** To three digits. */
  private static String rounded(Json.Obj in, String key, int pointRight) {
    return in.find(key).orElse(new Json.Null()) instanceof Json.Num(BigDecimal seconds)
        ? plain(seconds.movePointRight(pointRight).round(new MathContext(3)))
        : UNTOLD;
  }

  private static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }
}
