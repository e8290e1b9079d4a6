package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import dev.weft.net.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Typed values are read from a configuration; wrong ones are refused by their full path. */
class ConfigReaderTest {
  private static final ConfigReader CONFIG =
      reader(
          """
          {"bridge": "cni0", "isGateway": true, "mtu": 1500, "vlan": 1e1, "Nothing": null,
           "mac": "02-00-00-00-00-01", "empty": "",
           "ipam": {"ranges": [[{"subnet": "10.1.0.0/16", "gateway": "10.1.0.1"}], [{}]],
                    "names": ["a", "b"], "bad": ["a", 1],
                    "routes": [{"dst": "x"}]}}
          """);

  @Test
  void valuesHaveTheirTypes() {
    assertEquals(Optional.of("cni0"), CONFIG.string("bridge"));
    assertEquals(Optional.of("cni0"), CONFIG.string("BRIDGE"));
    assertEquals(true, CONFIG.bool("isGateway", false));
    assertEquals(OptionalInt.of(1500), CONFIG.integer("mtu", 68, 65535));
    assertEquals(OptionalInt.of(10), CONFIG.integer("vlan", 0, 4094));
    assertEquals(OptionalLong.of(1500), CONFIG.number("mtu", 0, Long.MAX_VALUE));
    assertEquals(Optional.of(MacAddress.of("02:00:00:00:00:01")), CONFIG.macAddress("mac"));
    ConfigReader ipam = CONFIG.object("ipam").orElseThrow();
    assertEquals(List.of("a", "b"), ipam.strings("names"));
    ConfigReader range = ipam.objectLists("ranges").getFirst().getFirst();
    assertEquals(Optional.of(IpPrefix.of("10.1.0.0/16")), range.ipPrefix("subnet"));
    assertEquals(Optional.of(IpAddress.of("10.1.0.1")), range.ipAddress("gateway"));
  }

  @Test
  void absentAndNullReadAsEmpty() {
    for (String key : List.of("absent", "nothing")) {
      assertEquals(Optional.empty(), CONFIG.string(key));
      assertEquals(true, CONFIG.bool(key, true));
      assertEquals(OptionalInt.empty(), CONFIG.integer(key, 0, 1));
      assertEquals(Optional.empty(), CONFIG.ipAddress(key));
      assertEquals(Optional.empty(), CONFIG.ipPrefix(key));
      assertEquals(Optional.empty(), CONFIG.macAddress(key));
      assertEquals(Optional.empty(), CONFIG.object(key).map(ConfigReader::object));
      assertEquals(Json.Obj.EMPTY, CONFIG.objectOrEmpty(key).object());
      assertEquals(List.of(), CONFIG.strings(key));
      assertEquals(List.of(), CONFIG.objects(key));
      assertEquals(List.of(), CONFIG.objectLists(key));
    }
  }

  @Test
  void emptyAddressCountsAsAbsent() {
    assertEquals(Optional.empty(), CONFIG.ipAddress("empty"));
    assertEquals(Optional.empty(), CONFIG.macAddress("empty"));
  }

  @Test
  void wrongValueIsNamedByPathWithWhatItIsAndShouldBe() {
    ConfigReader ipam = CONFIG.objectOrEmpty("ipam");
    assertRefused("bridge is \"cni0\", but should be true or false", c -> c.bool("bridge", true));
    assertRefused("mtu is 1500, but should be a string", c -> c.string("mtu"));
    assertRefused(
        "mtu is 1500, but should be a whole number from 0 to 100", c -> c.integer("mtu", 0, 100));
    assertRefused(
        "bridge is \"cni0\", but should be a whole number from 0 to 100",
        c -> c.integer("bridge", 0, 100));
    assertRefused("bridge is \"cni0\", but should be an object", c -> c.object("bridge"));
    assertRefused("bridge is \"cni0\", but should be a list", c -> c.strings("bridge"));
    assertRefused("bridge is \"cni0\", but should be an IP address", c -> c.ipAddress("bridge"));
    assertRefused(
        "bridge is \"cni0\", but should be an address with a prefix length, such as 10.1.0.0/16",
        c -> c.ipPrefix("bridge"));
    assertRefused(
        "bridge is \"cni0\", but should be a MAC address, such as 02:00:5e:10:00:01",
        c -> c.macAddress("bridge"));
    assertRefused("ipam.bad[1] is 1, but should be a string", c -> ipam.strings("bad"));
    assertRefused(
        "ipam.routes[0].dst is \"x\", but should be an address with a prefix length,"
            + " such as 10.1.0.0/16",
        c -> ipam.objects("routes").getFirst().ipPrefix("dst"));
    assertRefused(
        "ipam.ranges[1][0].subnet is missing, but should be the network",
        c -> {
          throw ipam.objectLists("ranges")
              .get(1)
              .getFirst()
              .refused("subnet", "should be the network");
        });
  }

  @Test
  void numberIsWholeAndWithinBounds() {
    ConfigReader numbers =
        reader("{\"half\": 0.5, \"tiny\": 1e-900, \"whole\": 5.00, \"huge\": 1e900}");
    assertEquals(OptionalInt.of(5), numbers.integer("whole", 5, 5));
    for (String key : List.of("half", "tiny", "huge")) {
      assertThrows(CniException.class, () -> numbers.number(key, 0, Long.MAX_VALUE));
    }
  }

  @Test
  void longValuesAreShortened() {
    ConfigReader config = reader("{\"mtu\": \"" + "x".repeat(10_000) + "\"}");
    CniException refused = assertThrows(CniException.class, () -> config.integer("mtu", 0, 1));
    assertEquals(true, String.valueOf(refused.getMessage()).length() < 200);
  }

  private static void assertRefused(String message, Consumer<ConfigReader> reading) {
    CniException refused = assertThrows(CniException.class, () -> reading.accept(CONFIG));
    assertEquals(message, refused.getMessage());
    assertEquals(ErrorCode.INVALID_CONFIGURATION.number(), refused.code());
  }

  private static ConfigReader reader(String json) {
    return new ConfigReader(
        JsonText.readObject(json.getBytes(StandardCharsets.UTF_8), "the configuration"), "");
  }
}
