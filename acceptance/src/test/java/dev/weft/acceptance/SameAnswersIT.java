package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nobody can tell by exit code, standard output and standard error whether a call was served by the
 * agent or by a process of its own.
 */
class SameAnswersIT {
  @RegisterExtension static final SharedAgent AGENT = SharedAgent.ofTheRun();

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "dev.weft.acceptance.Deeds#lives",
    "dev.weft.acceptance.Deeds#environments",
    "dev.weft.acceptance.Deeds#errors",
    "dev.weft.acceptance.Deeds#inputs",
    "dev.weft.acceptance.Deeds#delegates"
  })
  void bothWaysAnswerAlike(String what, Deeds.Served served, Deeds.Deed deed) {
    SharedAgent.Running running = AGENT.get();
    Launchers launchers = running.launchers();

    launchers.forget();
    List<String> standalone = answers(deed, launchers.bin(), "");
    assertFalse(launchers.standalone().isEmpty(), "was served by processes of its own");

    launchers.forget();
    List<String> byAgent = answers(deed, launchers.bin(), running.agent().socket().toString());
    if (served == Deeds.Served.BY_THE_AGENT) {
      assertEquals(List.of(), launchers.standalone(), "calls that the agent did not serve");
    } else {
      assertFalse(launchers.standalone().isEmpty(), "was left to processes of its own");
    }

    assertEquals(String.join("\n", standalone), String.join("\n", byAgent));
  }

  private static List<String> answers(Deeds.Deed deed, Path bin, String agent) {
    try (Scene scene = new Scene(bin, agent)) {
      deed.on(scene);
      return scene.answers();
    }
  }
}
