package dev.weft.bench.macro;

import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import dev.weft.kernel.ChildProcess;
import dev.weft.kernel.KernelException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What came of a call.
 *
 * @param wallMillis from before the start of its process to after its end
 * @param cpuMillis of the process and the children that it waited for
 * @param stdout what it printed
 * @param failure in a sentence, if it failed
 */
record Answer(double wallMillis, double cpuMillis, String stdout, Optional<String> failure) {
  /** Of a call that was not made. */
  static final Answer NONE = new Answer(0, 0, "", Optional.of("it was not called"));

  private static final int LONGEST_FAILURE = 300;

  /** Makes a call. */
  static Answer of(ChildProcess call) {
    ChildProcess.Outcome outcome;
    try {
      outcome = call.run();
    } catch (KernelException e) {
      return new Answer(0, 0, "", Optional.of(e.getMessage()));
    }
    String stdout = new String(outcome.stdout(), StandardCharsets.UTF_8);
    return new Answer(
        outcome.wall().toNanos() / (double) TimeUnit.MILLISECONDS.toNanos(1),
        outcome.cpu().toNanos() / (double) TimeUnit.MILLISECONDS.toNanos(1),
        stdout,
        outcome.exitCode() == 0
            ? Optional.empty()
            : Optional.of(
                failure(
                    outcome.exitCode(),
                    stdout,
                    new String(outcome.stderr(), StandardCharsets.UTF_8))));
  }

  boolean succeeded() {
    return failure.isEmpty();
  }

  /** What it printed, if that is an object, as a result is. */
  Optional<Json> result() {
    return object(stdout).map(result -> result);
  }

  /** As the plugin says it, or the last that it wrote, or what is known of its end. */
  private static String failure(int exitCode, String stdout, String stderr) {
    String text =
        object(stdout)
            .map(Answer::message)
            .or(() -> lastLine(stderr))
            .or(() -> lastLine(stdout))
            .orElse("exit code " + exitCode);
    text = text.replace('\n', ' ');
    return text.length() > LONGEST_FAILURE ? text.substring(0, LONGEST_FAILURE) + "…" : text;
  }

  private static Optional<Json.Obj> object(String text) {
    try {
      return Optional.of(JsonText.readObject(text.getBytes(StandardCharsets.UTF_8), "the answer"));
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  private static String message(Json.Obj error) {
    String message = text(error, "msg");
    String details = text(error, "details");
    return (details.isEmpty() ? message : message + "; " + details)
        + error.find("code").map(code -> " (code " + JsonText.write(code) + ")").orElse("");
  }

  private static String text(Json.Obj error, String key) {
    return error.find(key).orElse(Json.Obj.EMPTY) instanceof Json.Str(String text) ? text : "";
  }

  private static Optional<String> lastLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).reduce((_, last) -> last);
  }
}
