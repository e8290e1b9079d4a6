package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever comes in, exactly one JSON text with the right code goes out. */
class HostileInputProperties {
  private static final byte[] VALID =
      """
      {"cniVersion": "1.1.0", "name": "blue", "type": "probe", "mtu": 1500,
       "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.1.0.0/16"}]]},
       "prevResult": {"cniVersion": "1.1.0", "ips": [{"address": "10.1.0.5/16", "interface": 0}],
                      "interfaces": [{"name": "eth0", "mac": "02:00:00:00:00:01"}],
                      "routes": [{"dst": "0.0.0.0/0", "gw": "10.1.0.1"}], "dns": {}}}"""
          .getBytes(StandardCharsets.UTF_8);

  @Property(tries = 300)
  void randomBytesGiveOneError(@ForAll @Size(max = 64) byte[] stdin) {
    assertOneError(stdin, List.of(6, 7));
  }

  @Property(tries = 300)
  void truncatedConfigurationIsADecodingFailure(@ForAll @IntRange(min = 0, max = 400) int length) {
    byte[] truncated = Arrays.copyOf(VALID, Math.min(length, VALID.length - 1));
    assertOneError(truncated, List.of(6));
  }

  @Property(tries = 300)
  void changedByteGivesAResultOrOneError(
      @ForAll @IntRange(min = 0, max = 400) int at, @ForAll byte with) {
    byte[] changed = VALID.clone();
    changed[at % VALID.length] = with;
    Reply reply = new Calls().call("ADD", StandardInput.of(changed));
    if (reply.exitCode() == 0) {
      assertTrue(Calls.json(reply).has("cniVersion"));
    } else {
      assertTrue(List.of(1, 6, 7).contains(Calls.code(reply)), reply::stdout);
    }
  }

  @Property(tries = 300)
  void randomJsonGivesAResultOrOneError(@ForAll @From("values") Json value) {
    Reply reply = new Calls().call("ADD", JsonText.write(value));
    assertTrue(List.of(6, 7).contains(Calls.code(reply)), reply::stdout);
  }

  @Property(tries = 300)
  void randomFieldGivesAResultOrOneError(
      @ForAll @From("fields") String field, @ForAll @From("values") Json value) {
    Json.Obj config = JsonText.readObject(VALID, "the configuration").with(field, value);
    Reply reply = new Calls().call("ADD", JsonText.write(config));
    if (reply.exitCode() != 0) {
      assertTrue(List.of(1, 7).contains(Calls.code(reply)), reply::stdout);
    }
  }

  @Property(tries = 300)
  void randomEnvironmentGivesOneReply(@ForAll @From("environments") Map<String, String> variables) {
    Calls calls = new Calls();
    calls.environment.putAll(variables);
    Reply reply = calls.run(StandardInput.of(VALID));
    if (reply.exitCode() != 0) {
      assertTrue(List.of(1, 4).contains(Calls.code(reply)), reply::stdout);
    }
  }

  @Property(tries = 300)
  void jsonIsReadAsItWasWritten(@ForAll @From("values") Json value) {
    String text = JsonText.write(value);
    assertEquals(value, JsonText.read(text.getBytes(StandardCharsets.UTF_8), "the text"));
  }

  @Provide
  Arbitrary<String> fields() {
    return Arbitraries.of("cniVersion", "name", "type", "prevResult", "runtimeConfig", "args");
  }

  @Provide
  Arbitrary<Map<String, String>> environments() {
    return Arbitraries.maps(
            Arbitraries.of(
                "CNI_COMMAND",
                "CNI_CONTAINERID",
                "CNI_IFNAME",
                "CNI_NETNS",
                "CNI_ARGS",
                "CNI_PATH",
                "CNI_NETNS_OVERRIDE"),
            Arbitraries.oneOf(
                Arbitraries.of("ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION", "a=b", "1", ".."),
                Arbitraries.strings().ofMaxLength(20)))
        .map(HashMap::new);
  }

  @Provide
  Arbitrary<Json> values() {
    return Arbitraries.lazyOf(
        this::scalars,
        this::scalars,
        () -> values().list().ofMaxSize(3).map(Json.Arr::new),
        () -> Arbitraries.maps(text(), values()).ofMaxSize(3).map(Json.Obj::new));
  }

  private Arbitrary<Json> scalars() {
    return Arbitraries.oneOf(
        Arbitraries.just(new Json.Null()),
        Arbitraries.of(true, false).map(Json.Bool::new),
        Combinators.combine(Arbitraries.bigDecimals(), Arbitraries.integers().between(-20, 20))
            .as((number, power) -> new Json.Num(number.scaleByPowerOfTen(power))),
        text().map(Json.Str::new));
  }

  /** Any text that UTF-8 can hold. */
  private static Arbitrary<String> text() {
    return Arbitraries.strings()
        .ofMaxLength(12)
        .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text));
  }

  private static void assertOneError(byte[] stdin, List<Integer> codes) {
    Reply reply = new Calls().call("ADD", StandardInput.of(stdin));
    assertTrue(codes.contains(Calls.code(reply)), reply::stdout);
    assertFalse(Calls.message(reply).contains("Exception"), reply::stdout);
    assertEquals("", Calls.details(reply));
    assertEquals("", reply.stderr());
  }
}
