package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What each packet must meet, by {@code weft trace --flows}. Under {@code resources/services}, each
 * {@code ROW.flows.json} is a list of flows as the program reads them; {@code expect} holds those
 * fields of the answer that are promised, {@code expectNftables} those that differ in that mode.
 * {@code ROW.node.yaml} is the node, {@code node.yaml} where there is none.
 */
class ServiceScenariosIT {
  private static final Path SCENARIOS = Path.of("src/test/resources/services");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The modes whose rules can be followed. */
  private static final List<String> MODES = List.of("iptables", "nftables");

  @TestFactory
  Stream<DynamicNode> everyPacketMeetsWhatIsPromised() {
    return MODES.stream()
        .map(mode -> dynamicContainer(mode, rows().stream().map(row -> scenarios(mode, row))));
  }

  private static List<String> rows() {
    String suffix = ".flows.json";
    try (Stream<Path> files = Files.list(SCENARIOS)) {
      List<String> rows =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(suffix))
              .map(name -> name.substring(0, name.length() - suffix.length()))
              .sorted()
              .toList();
      assertFalse(rows.isEmpty(), "no scenarios in " + SCENARIOS);
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DynamicNode scenarios(String mode, String row) {
    JsonNode flows = read(SCENARIOS.resolve(row + ".flows.json"));
    JsonNode answers = trace(mode, row);
    List<DynamicNode> tests = new ArrayList<>();
    tests.add(
        dynamicTest("every flow is answered", () -> assertEquals(flows.size(), answers.size())));
    for (int i = 0; i < flows.size(); i++) {
      JsonNode flow = flows.get(i);
      JsonNode answer = answers.path(i);
      String other = mode.equals("nftables") ? "expectNftables" : "expect";
      JsonNode expected = flow.has(other) ? flow.get(other) : flow.get("expect");
      String name = flow.get("name").asText();
      tests.add(dynamicTest(name, () -> assertMeets(name, expected, answer)));
    }
    return dynamicContainer(row, tests);
  }

  private static JsonNode trace(String mode, String row) {
    Path own = SCENARIOS.resolve(row + ".node.yaml");
    Path node = Files.exists(own) ? own : SCENARIOS.resolve("node.yaml");
    Command.Outcome outcome =
        weft(
                "--mode",
                mode,
                "--node",
                node.toString(),
                "--flows",
                SCENARIOS.resolve(row + ".flows.json").toString(),
                "-o",
                "json")
            .succeeded();
    assertEquals("", outcome.stderr());
    return parse(outcome.stdout());
  }

  private static Command.Outcome weft(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Executables.plugin("weft").toString());
    command.addAll(List.of("trace", "--objects", SCENARIOS.resolve("objects.yaml").toString()));
    command.addAll(List.of(options));
    return Command.run(command, Map.of(), new byte[0]);
  }

  private static void assertMeets(String name, JsonNode expected, JsonNode answer) {
    assertEquals(name, answer.path("name").asText());
    expected
        .fieldNames()
        .forEachRemaining(
            field -> {
              JsonNode promised = expected.get(field);
              JsonNode met = answer.path(field);
              assertEquals(
                  comparable(promised), comparable(met), () -> field + " of " + answer.toString());
            });
  }

  /** Which endpoints there are matters, not in which order. */
  private static Object comparable(JsonNode value) {
    if (!value.isArray()) {
      return value;
    }
    TreeSet<String> elements = new TreeSet<>();
    value.forEach(element -> elements.add(element.asText()));
    return elements;
  }

  @Test
  void aPersonIsToldTheSame() {
    Command.Outcome outcome =
        weft(
                "--node",
                SCENARIOS.resolve("node.yaml").toString(),
                "--from",
                "10.0.0.200",
                "--to",
                "172.30.0.1:80")
            .succeeded();
    List<String> lines = outcome.stdout().lines().toList();
    assertEquals(
        "TCP from 10.0.0.200 to 172.30.0.1:80, shop/web:http (cluster IP)", lines.getFirst());
    assertEquals(
        "ACCEPT: goes to one of 2 endpoints of shop/web:http; source kept, 10.0.0.200",
        lines.get(4));
  }

  @Test
  void aWrongFlowIsNamedWithItsField() throws IOException {
    Path flows = Files.createTempFile("flows", ".json");
    try {
      Files.writeString(
          flows, "[{\"name\": \"x\", \"from\": \"pod\", \"to\": \"10.0.0.1\", \"port\": 1}]");
      Command.Outcome outcome =
          weft("--node", SCENARIOS.resolve("node.yaml").toString(), "--flows", flows.toString());
      assertEquals(1, outcome.exitCode());
      assertEquals(
          "weft: "
              + flows
              + ", flow 1 (x): from is \"pod\", but should be an IP address, without zeros in front"
              + " of its numbers\n",
          outcome.stderr());
    } finally {
      Files.delete(flows);
    }
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
