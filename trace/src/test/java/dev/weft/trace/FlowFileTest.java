package dev.weft.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.net.IpAddress;
import dev.weft.services.InputException;
import dev.weft.services.Protocol;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flows are read as they are documented, and a wrong one is named with its field. */
class FlowFileTest {

  private static List<Flow> parse(String text) {
    return FlowFile.parse(text.getBytes(StandardCharsets.UTF_8), "flows.json");
  }

  @Test
  void everythingCanBeSaid() {
    assertEquals(
        List.of(
            new Flow(
                "sticky",
                IpAddress.of("fd00::9"),
                Protocol.UDP,
                new AddressPort(IpAddress.of("fd00:10::1"), 53),
                Optional.of("cni0"),
                Flow.State.ESTABLISHED,
                List.of(new Flow.Used(new AddressPort(IpAddress.of("fd00::2"), 5353), 7)))),
        parse(
            """
            [{"name": "sticky", "from": "fd00::9", "proto": "UDP", "to": "fd00:10::1", "port": 53,
              "inInterface": "cni0", "ctState": "established",
              "affinity": [{"endpoint": "[fd00::2]:5353", "ageSeconds": 7}]}]
            """));
  }

  @Test
  void littleIsEnough() {
    assertEquals(
        List.of(Scene.flow("10.0.0.7", "172.30.0.1:80")),
        parse(
            "[{\"name\": \"a flow\", \"from\": \"10.0.0.7\", \"proto\": \"tcp\","
                + " \"to\": \"172.30.0.1\", \"port\": 80}]"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|flows.json is an object, but should be a list of flows, [{…}, …]",
        "[7]|flows.json, flow 1 is a number, but should be an object",
        "[{\"name\": \"x\"}]|flows.json, flow 1 (x): port is missing, but should be a whole number",
        "[{\"port\": 80, \"from\": \"pod\"}]|flows.json, flow 1: from is \"pod\", but should be an IP",
        "[{\"port\": 80, \"from\": \"10.0.0.1\", \"to\": \"fd00::1\"}]"
            + "|flows.json, flow 1: a packet goes from 10.0.0.1 to fd00::1, but both should be of",
        "[{\"port\": 80, \"from\": \"10.0.0.1\", \"to\": \"10.0.0.2\", \"proto\": \"icmp\"}]"
            + "|flows.json, flow 1: proto is \"icmp\", but should be one of sctp, tcp, udp",
        "[{\"port\": 80, \"from\": \"10.0.0.1\", \"to\": \"10.0.0.2\","
            + " \"affinity\": [{\"endpoint\": \"10.0.0.1\"}]}]"
            + "|flows.json, flow 1: affinity[0].endpoint is \"10.0.0.1\", but should be an address",
      })
  void whatCannotBeIsRefused(String text, String message) {
    InputException refused = assertThrows(InputException.class, () -> parse(text));
    String said = String.valueOf(refused.getMessage());
    assertEquals(message, said.substring(0, Math.min(message.length(), said.length())));
  }

  @Test
  void aFileThatIsNotThereIsTold() {
    InputException refused =
        assertThrows(InputException.class, () -> FlowFile.read(Path.of("/nowhere/f.json")));
    assertEquals("there is no file /nowhere/f.json", refused.getMessage());
  }
}
