package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.JsonText;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each version of the specification gives a result its own form. */
class ResultFormatTest {
  private static final Result RICH =
      new Result(
          List.of(
              new Result.Interface("cni0", "02:00:00:00:00:01", OptionalInt.of(1500), ""),
              new Result.Interface(
                  "eth0",
                  "02:00:00:00:00:02",
                  OptionalInt.of(1400),
                  "/run/netns/blue",
                  Optional.of("/run/vhost.sock"),
                  Optional.of("0000:00:1f.6"))),
          List.of(
              new Result.Ip(
                  IpPrefix.of("fd00::5/64"),
                  Optional.of(IpAddress.of("fd00::1")),
                  OptionalInt.of(1)),
              new Result.Ip(
                  IpPrefix.of("10.1.0.5/16"),
                  Optional.of(IpAddress.of("10.1.0.1")),
                  OptionalInt.of(1)),
              new Result.Ip(IpPrefix.of("10.2.0.5/16"), Optional.empty(), OptionalInt.of(1))),
          List.of(
              new Result.Route(
                  IpPrefix.of("0.0.0.0/0"),
                  Optional.of(IpAddress.of("10.1.0.1")),
                  OptionalInt.of(1300),
                  OptionalInt.of(1260),
                  OptionalLong.of(100),
                  OptionalLong.of(254),
                  OptionalInt.of(253)),
              new Result.Route(IpPrefix.of("fd01::/16"), Optional.empty())),
          new Result.Dns(List.of("10.1.0.2"), "example.org", List.of("a.b"), List.of("ndots:2")));

  private static final String DNS =
      "\"dns\":{\"nameservers\":[\"10.1.0.2\"],\"domain\":\"example.org\","
          + "\"search\":[\"a.b\"],\"options\":[\"ndots:2\"]}}";

  @ParameterizedTest
  @ValueSource(strings = {"0.1.0", "0.2.0"})
  void firstErasFormHasOneBlockPerFamily(String version) {
    assertEquals(
        "{\"cniVersion\":\""
            + version
            + "\","
            + "\"ip4\":{\"ip\":\"10.1.0.5/16\",\"gateway\":\"10.1.0.1\","
            + "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.1.0.1\"}]},"
            + "\"ip6\":{\"ip\":\"fd00::5/64\",\"gateway\":\"fd00::1\","
            + "\"routes\":[{\"dst\":\"fd01::/16\"}]},"
            + DNS,
        write(RICH, version));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.3.0", "0.3.1", "0.4.0"})
  void secondErasFormHasListsAndTheVersionOfAddresses(String version) {
    assertEquals(
        "{\"cniVersion\":\""
            + version
            + "\","
            + "\"interfaces\":[{\"name\":\"cni0\",\"mac\":\"02:00:00:00:00:01\"},"
            + "{\"name\":\"eth0\",\"mac\":\"02:00:00:00:00:02\",\"sandbox\":\"/run/netns/blue\"}],"
            + "\"ips\":[{\"version\":\"6\",\"interface\":1,\"address\":\"fd00::5/64\","
            + "\"gateway\":\"fd00::1\"},"
            + "{\"version\":\"4\",\"interface\":1,\"address\":\"10.1.0.5/16\","
            + "\"gateway\":\"10.1.0.1\"},"
            + "{\"version\":\"4\",\"interface\":1,\"address\":\"10.2.0.5/16\"}],"
            + "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.1.0.1\"},{\"dst\":\"fd01::/16\"}],"
            + DNS,
        write(RICH, version));
  }

  @Test
  void versionOneHasNoVersionOfAddresses() {
    assertEquals(
        "{\"cniVersion\":\"1.0.0\","
            + "\"interfaces\":[{\"name\":\"cni0\",\"mac\":\"02:00:00:00:00:01\"},"
            + "{\"name\":\"eth0\",\"mac\":\"02:00:00:00:00:02\",\"sandbox\":\"/run/netns/blue\"}],"
            + "\"ips\":[{\"interface\":1,\"address\":\"fd00::5/64\",\"gateway\":\"fd00::1\"},"
            + "{\"interface\":1,\"address\":\"10.1.0.5/16\",\"gateway\":\"10.1.0.1\"},"
            + "{\"interface\":1,\"address\":\"10.2.0.5/16\"}],"
            + "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.1.0.1\"},{\"dst\":\"fd01::/16\"}],"
            + DNS,
        write(RICH, "1.0.0"));
  }

  @Test
  void newestVersionHasEverything() {
    assertEquals(
        "{\"cniVersion\":\"1.1.0\","
            + "\"interfaces\":[{\"name\":\"cni0\",\"mac\":\"02:00:00:00:00:01\",\"mtu\":1500},"
            + "{\"name\":\"eth0\",\"mac\":\"02:00:00:00:00:02\",\"mtu\":1400,"
            + "\"sandbox\":\"/run/netns/blue\",\"socketPath\":\"/run/vhost.sock\","
            + "\"pciID\":\"0000:00:1f.6\"}],"
            + "\"ips\":[{\"interface\":1,\"address\":\"fd00::5/64\",\"gateway\":\"fd00::1\"},"
            + "{\"interface\":1,\"address\":\"10.1.0.5/16\",\"gateway\":\"10.1.0.1\"},"
            + "{\"interface\":1,\"address\":\"10.2.0.5/16\"}],"
            + "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.1.0.1\",\"mtu\":1300,"
            + "\"advmss\":1260,\"priority\":100,\"table\":254,\"scope\":253},"
            + "{\"dst\":\"fd01::/16\"}],"
            + DNS,
        write(RICH, "1.1.0"));
    assertEquals(RICH, read(write(RICH, "1.1.0"), CniVersion.V0_1_0));
  }

  @ParameterizedTest
  @CsvSource({"0.3.1, ',\"dns\":{}'", "0.4.0, ',\"dns\":{}'", "1.0.0, ''", "1.1.0, ''"})
  void emptyDnsIsPrintedBeforeVersionOneOnly(String version, String dns) {
    assertEquals("{\"cniVersion\":\"" + version + "\"" + dns + "}", write(Result.EMPTY, version));
  }

  @ParameterizedTest
  @EnumSource(names = {"V0_1_0", "V0_2_0"})
  void firstEraCannotExpressAResultWithoutAddress(CniVersion version) {
    CniException refused =
        assertThrows(CniException.class, () -> ResultFormat.write(Result.EMPTY, version));
    assertEquals(ErrorCode.INCOMPATIBLE_VERSION.number(), refused.code());
  }

  @Test
  void firstErasBlocksAreJoinedVersionFourFirst() {
    Result result =
        read(
            """
            {"cniVersion": "0.2.0",
             "ip6": {"ip": "fd00::5/64", "routes": [{"dst": "::/0", "gw": "fd00::1"}]},
             "ip4": {"ip": "10.1.0.5/16", "gateway": "10.1.0.1", "routes": [{"dst": "0.0.0.0/0"}]}}
            """,
            CniVersion.V1_1_0);
    assertEquals(
        new Result(
            List.of(),
            List.of(
                new Result.Ip(
                    IpPrefix.of("10.1.0.5/16"),
                    Optional.of(IpAddress.of("10.1.0.1")),
                    OptionalInt.empty()),
                new Result.Ip(IpPrefix.of("fd00::5/64"), Optional.empty(), OptionalInt.empty())),
            List.of(
                new Result.Route(IpPrefix.of("0.0.0.0/0"), Optional.empty()),
                new Result.Route(IpPrefix.of("::/0"), Optional.of(IpAddress.of("fd00::1")))),
            Result.Dns.NONE),
        result);
  }

  @Test
  void newestFieldsAreAcceptedInVersionOne() {
    Result result =
        read(
            """
            {"cniVersion": "1.0.0", "interfaces": [{"name": "eth0", "mtu": 9000}]}
            """,
            CniVersion.V1_0_0);
    assertEquals(OptionalInt.of(9000), result.interfaces().getFirst().mtu());
  }

  @Test
  void unknownAndNullFieldsArePassedOver() {
    assertEquals(
        Result.EMPTY,
        read(
            """
            {"cniVersion": "1.1.0", "ips": null, "colour": "red", "dns": null, "interfaces": []}
            """,
            CniVersion.V1_1_0));
  }

  @Test
  void resultWithoutVersionHasTheOneThatIsGiven() {
    String json = "{\"ip4\": {\"ip\": \"10.1.0.5/16\"}, \"ips\": [{\"address\": \"10.2.0.5/16\"}]}";
    assertEquals("10.1.0.5/16", firstAddress(read(json, CniVersion.V0_2_0)));
    assertEquals("10.2.0.5/16", firstAddress(read(json, CniVersion.V0_3_0)));
  }

  @Test
  void interfaceThatAnIpamPluginNamesCountsForNothing() {
    Result result =
        read(
            """
            {"cniVersion": "1.0.0", "ips": [{"address": "10.1.0.5/16", "interface": 2}]}
            """,
            CniVersion.V1_0_0);
    assertEquals(OptionalInt.empty(), result.ips().getFirst().interfaceIndex());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"ips\":[{}]} | it.ips[0].address is missing, but",
        "{\"ips\":[{\"address\":\"10.1.0.5\"}]} | it.ips[0].address is \"10.1.0.5\", but",
        "{\"ips\":[{\"address\":\"10.1.0.5/33\"}]} | it.ips[0].address is \"10.1.0.5/33\", but",
        "{\"ips\":[{\"address\":\"::/0\",\"gateway\":\"x\"}]} | it.ips[0].gateway is \"x\", but",
        "{\"ips\":{}} | it.ips is {}, but should be a list",
        "{\"ips\":[3]} | it.ips[0] is 3, but should be an object",
        "{\"routes\":[{}]} | it.routes[0].dst is missing, but",
        "{\"routes\":[{\"dst\":\"::/0\",\"scope\":256}]} | it.routes[0].scope is 256, but",
        "{\"interfaces\":[{\"name\":1}]} | it.interfaces[0].name is 1, but",
        "{\"interfaces\":[{\"mtu\":-1}]} | it.interfaces[0].mtu is -1, but",
        "{\"interfaces\":[{}],\"ips\":[{\"address\":\"::/0\",\"interface\":1}]}"
            + " | it.ips[0].interface is 1, but should be a whole number from 0 to 0",
        "{\"dns\":{\"search\":\"a\"}} | it.dns.search is \"a\", but should be a list",
      })
  void wrongFieldIsNamed(String json, String message) {
    CniException refused = assertThrows(CniException.class, () -> read(json, CniVersion.V1_1_0));
    assertEquals(ErrorCode.INVALID_CONFIGURATION.number(), refused.code());
    assertTrue(String.valueOf(refused.getMessage()).startsWith(message), refused.getMessage());
  }

  @Test
  void unknownVersionIsRefused() {
    CniException refused =
        assertThrows(CniException.class, () -> read("{\"cniVersion\": \"7\"}", CniVersion.V1_1_0));
    assertEquals(ErrorCode.INCOMPATIBLE_VERSION.number(), refused.code());
  }

  private static String write(Result result, String version) {
    return JsonText.write(ResultFormat.write(result, CniVersion.of(version).orElseThrow()));
  }

  private static Result read(String json, CniVersion otherwise) {
    return ResultFormat.read(
        JsonText.readObject(json.getBytes(StandardCharsets.UTF_8), "it"), "it", otherwise);
  }

  private static String firstAddress(Result result) {
    return result.ips().getFirst().address().toString();
  }
}
