package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.json.JsonText;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Port mappings are written as container tools write them. */
class PortMappingTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8080:80 | {\"hostPort\":8080,\"containerPort\":80,\"protocol\":\"tcp\"}",
        "53:53/udp | {\"hostPort\":53,\"containerPort\":53,\"protocol\":\"udp\"}",
        "127.0.0.1:1:2/sctp | {\"hostPort\":1,\"containerPort\":2,\"protocol\":\"sctp\","
            + "\"hostIP\":\"127.0.0.1\"}",
        "[fd00::1]:1:2 | {\"hostPort\":1,\"containerPort\":2,\"protocol\":\"tcp\","
            + "\"hostIP\":\"fd00::1\"}",
      })
  void mappingBecomesAnElementOfTheCapability(String text, String json) {
    assertEquals(json, JsonText.write(PortMapping.parse(text).orElseThrow().toJson()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "80",
        "80:",
        ":80",
        "0:80",
        "65536:80",
        "80:80:80",
        "80:80/icmp",
        "80:80/",
        "a:b",
        "fd00::1:80:80",
        "[10.0.0.1]:80:80",
        "[]:80:80",
        "10.0.0.256:80:80",
        "-1:80"
      })
  void otherTextIsNone(String text) {
    assertEquals(Optional.empty(), PortMapping.parse(text));
  }
}
