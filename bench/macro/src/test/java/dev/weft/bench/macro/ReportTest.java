package dev.weft.bench.macro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.ConfigReader;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people and machines are told. */
class ReportTest {
  private static final CniSettings SETTINGS =
      new CniSettings(
          Path.of("/opt/weft/bin"),
          Path.of("/usr/lib/cni"),
          new AgentChoice.Own(),
          List.of(CniCase.MASQ_NFT, CniCase.HOST_LOCAL),
          List.of(1, 50),
          List.of(0, 50_000),
          new Extent.Seconds(2.5),
          Path.of("/var/tmp"));

  private static final Circumstances CIRCUMSTANCES =
      new Circumstances(
          SETTINGS,
          Instant.parse("2026-03-01T12:00:00Z"),
          new Machine("6.18.0", "amd64", 2, "Some CPU with a name of many words", 0.25),
          Map.of(Side.WEFT, "Weft CNI plugin bridge; CNI 1.1.0", Side.PEER, "word ".repeat(60)),
          Optional.of(Duration.ofMillis(1234)),
          80 << 20,
          "ext4");

  private static final Score OURS = score(List.of(1.0, 2.0, 3.0), 0.5, 1.5);
  private static final Score THEIRS = score(List.of(10.0, 20.0, 30.0), 8, 0);
  private static final Score FAILED =
      new Score(
          50,
          50,
          Optional.of("no address; ".repeat(20)),
          Distribution.of(List.of()),
          Distribution.of(List.of()),
          0,
          0.1,
          Distribution.of(List.of()));

  private static Score score(List<Double> wallMillis, double plugin, double agent) {
    return new Score(
        wallMillis.size(),
        0,
        Optional.empty(),
        Distribution.of(wallMillis),
        Distribution.of(List.of(plugin)),
        agent,
        0.2,
        Distribution.of(List.of(1000 / wallMillis.get(1))));
  }

  private static Measurement measurement(int atOnce, Verb verb, Map<Side, Score> scores) {
    return new Measurement(atOnce, verb, 50, scores);
  }

  private static final WorkloadResult BOTH =
      new WorkloadResult(
          new Workload(CniCase.MASQ_NFT, 0),
          Map.of(
              Side.WEFT, new Trial(5.5, 0.002, false, Optional.empty()),
              Side.PEER, new Trial(30, 0.020, true, Optional.empty())),
          List.of(
              measurement(1, Verb.ADD, Map.of(Side.WEFT, OURS, Side.PEER, THEIRS)),
              measurement(1, Verb.DEL, Map.of(Side.WEFT, OURS, Side.PEER, FAILED))),
          List.of("peer has its rules in iptables"));

  private static final WorkloadResult ONE =
      new WorkloadResult(
          new Workload(CniCase.HOST_LOCAL, 50_000),
          Map.of(
              Side.WEFT, new Trial(5.5, 0.002, false, Optional.empty()),
              Side.PEER, new Trial(1, 1, false, Optional.of("ADD fails: it is full"))),
          List.of(
              measurement(50, Verb.ADD, Map.of(Side.WEFT, OURS)),
              measurement(50, Verb.DEL, Map.of(Side.WEFT, OURS))),
          List.of("peer cannot do this: ADD fails: it is full"));

  private static final CniReport REPORT =
      new CniReport(CIRCUMSTANCES, List.of(BOTH, ONE), Duration.ofSeconds(61), 90 << 20);

  @Test
  void theTextFitsOnAScreen() {
    String text =
        CniText.header(CIRCUMSTANCES)
            + CniText.workload(BOTH)
            + CniText.workload(ONE)
            + CniText.summary(REPORT);
    text.lines().forEach(line -> assertTrue(line.length() <= 120, line));
    assertFalse(text.contains("NaN"), text);
  }

  @Test
  void theHeaderTellsWhatWasMeasuredAndWhere() {
    String header = CniText.header(CIRCUMSTANCES);
    for (String part :
        List.of(
            "6.18.0", "CPUs: 2", "/opt/weft/bin", "ready after 1.2 s", "/usr/lib/cni", "ext4")) {
      assertTrue(header.contains(part), header);
    }
  }

  @Test
  void theTableHasBothSidesAndTheirRatio() {
    List<String> lines = CniText.workload(BOTH).lines().toList();
    assertEquals(
        List.of(
            "at once  verb  side   calls  failed  median   p90   p99   min  per s   CPU  plugin  agent",
            "1        ADD   weft       3       0    2.00  2.80  2.98  1.00    500  2.00    0.50   1.50",
            "               peer       3       0    20.0  28.0  29.8  10.0   50.0  8.00    8.00      0",
            "               ratio                   0.10  0.10  0.10  0.10   10.0  0.25"),
        lines.subList(lines.size() - 7, lines.size() - 3));
    assertTrue(lines.contains("note: peer has its rules in iptables"), lines::toString);
  }

  @Test
  void whatFailedIsShownWithItsReason() {
    String text = CniText.workload(BOTH);
    assertTrue(
        text.contains("note: peer failed 50 of 50 times to DEL, 1 at once; first: no"), text);
    assertTrue(CniText.workload(ONE).contains("note: peer cannot do this"));
  }

  @Test
  void numbersHaveThreeDigitsThatMeanSomething() {
    assertEquals("0", CniText.number(0));
    assertEquals("0.0012", CniText.number(0.00123));
    assertEquals("0.012", CniText.number(0.0123));
    assertEquals("0.10", CniText.number(0.09999));
    assertEquals("1.00", CniText.number(1));
    assertEquals("10.0", CniText.number(9.999));
    assertEquals("100", CniText.number(99.99));
    assertEquals("12346", CniText.number(12345.6));
    assertEquals("–", CniText.number(Double.NaN));
  }

  @Test
  void machinesGetEverything() {
    ConfigReader json = read(CniJson.of(REPORT));
    assertEquals(Optional.of("2026-03-01T12:00:00Z"), json.string("begun"));
    assertEquals(
        Optional.of("own"), json.objectOrEmpty("weft").objectOrEmpty("agent").string("kind"));
    ConfigReader workload = json.objects("workloads").getFirst();
    assertEquals(Optional.of("masq-nft"), workload.string("case"));
    assertEquals(Optional.of("iptables"), workload.objectOrEmpty("peer").string("rules_in"));
    ConfigReader add = workload.objects("measurements").getFirst();
    assertEquals("0.1", number(add.objectOrEmpty("ratio"), "wall_median"));
    assertEquals("0.25", number(add.objectOrEmpty("ratio"), "cpu"));
    ConfigReader ours = add.objectOrEmpty("weft");
    assertEquals("2", number(ours, "cpu_per_call_ms"));
    assertEquals("1.5", number(ours, "agent_cpu_per_call_ms"));
    assertEquals("0.2", number(ours, "harness_cpu_per_call_ms"));
    for (String key : List.of("count", "mean", "min", "p10", "median", "p90", "p99", "max")) {
      assertTrue(ours.objectOrEmpty("wall_ms").object().has(key), key);
    }
  }

  @Test
  void whatWasNotMeasuredIsNull() {
    ConfigReader one = read(CniJson.of(REPORT)).objects("workloads").get(1);
    assertEquals(Optional.of("ADD fails: it is full"), one.objectOrEmpty("peer").string("cannot"));
    Json.Obj add = one.objects("measurements").getFirst().object();
    assertEquals(new Json.Null(), add.fields().get("peer"));
    Json.Obj ratio = (Json.Obj) add.find("ratio").orElseThrow();
    assertEquals(new Json.Null(), ratio.fields().get("per_second"));
  }

  private static String number(ConfigReader object, String key) {
    return JsonText.write(object.object().find(key).orElseThrow());
  }

  /** As it comes out of a text, which also shows that it is one. */
  private static ConfigReader read(Json.Obj json) {
    byte[] text = JsonText.write(json).getBytes(StandardCharsets.UTF_8);
    return new ConfigReader(JsonText.readObject(text, "the report"), "");
  }
}
