package dev.weft.bench.macro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.Json;
import dev.weft.kernel.ChildProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is known of a call when its process has ended. */
class AnswerTest {
  private static Answer sh(String script) {
    return Answer.of(
        new ChildProcess(
            Path.of("/bin/sh"), List.of("-c", script), Map.of("PATH", Node.PATH), new byte[0]));
  }

  @Test
  void aCallThatSucceededHasATimeAndAResult() {
    Answer answer = sh("echo '{\"ips\": []}'");
    assertTrue(answer.succeeded());
    assertTrue(answer.wallMillis() > 0);
    assertEquals(Optional.of(Json.Obj.EMPTY.with("ips", new Json.Arr(List.of()))), answer.result());
  }

  @Test
  void aCallThatPrintsNothingHasNoResult() {
    assertEquals(Optional.empty(), sh("true").result());
  }

  @Test
  void aPluginSaysWhyItFailed() {
    assertEquals(
        Optional.of("no address; full (code 11)"),
        sh("echo '{\"code\": 11, \"msg\": \"no address\", \"details\": \"full\"}'; exit 1")
            .failure());
    assertEquals(
        Optional.of("no address"), sh("echo '{\"msg\": \"no address\"}'; exit 1").failure());
  }

  @Test
  void elseItsLastWordsDoOrItsExitCode() {
    assertEquals(
        Optional.of("bad"), sh("echo panic >&2; echo bad >&2; echo out; exit 2").failure());
    assertEquals(Optional.of("out"), sh("echo out; exit 2").failure());
    assertEquals(Optional.of("exit code 137"), sh("kill -9 $$").failure());
  }

  @Test
  void aProgramThatCannotBeRunHasFailed() {
    Answer answer =
        Answer.of(new ChildProcess(Path.of("/no/program"), List.of(), Map.of(), new byte[0]));
    assertTrue(answer.failure().orElse("").contains("/no/program"), answer::toString);
  }
}
