package dev.weft.dispatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.cni.Reply;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a plugin of somebody else finds that ours calls. */
class DelegateProgramTest {
  @Test
  void whatItHasUsDoDoesNotWaitInTheAgentsQueueBehindItself() {
    byte[] configuration = {'{', '}'};
    DelegateProgram delegates =
        new DelegateProgram(
            (program, environment, stdin) -> {
              assertEquals(Path.of("/opt/cni/bin/dhcp"), program);
              assertEquals(Map.of("CNI_COMMAND", "ADD", "WEFT_AGENT", ""), environment);
              assertArrayEquals(configuration, stdin);
              return new Reply(0, "{}", "");
            });
    assertEquals(
        new Reply(0, "{}", ""),
        delegates.run(
            Path.of("/opt/cni/bin/dhcp"),
            Map.of("CNI_COMMAND", "ADD", "WEFT_AGENT", "/run/agent.sock"),
            configuration));
  }
}
