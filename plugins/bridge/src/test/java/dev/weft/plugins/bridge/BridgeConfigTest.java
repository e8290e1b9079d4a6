package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.Result;
import dev.weft.iptables.MasqueradeBackend;
import dev.weft.kernel.BridgeVlan;
import dev.weft.net.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a configuration means, and which are refused with the field's name. */
class BridgeConfigTest {
  private static final Call LAYER_TWO = Call.layerTwo();
  private static final Call LAYER_THREE = Call.withPool(new AddressPool("10.1.0.0/24"));

  @Test
  void anEmptyConfigurationIsAPlainBridgeCni0() {
    BridgeConfig config = read(LAYER_TWO.without("bridge"));
    assertEquals("cni0", config.bridge());
    assertEquals(Optional.empty(), config.ipam());
    assertEquals(BridgeConfig.Gateway.NONE, config.gateway());
    assertEquals(OptionalInt.empty(), config.mtu());
    assertEquals(Optional.empty(), config.vlans());
    assertFalse(config.masquerade());
    assertTrue(config.containerUp());
    assertEquals(Result.Dns.NONE, config.dns());
  }

  @Test
  void isDefaultGatewayImpliesIsGateway() {
    assertEquals(
        BridgeConfig.Gateway.DEFAULT_ROUTE,
        read(LAYER_THREE.with("isDefaultGateway", "true").with("isGateway", "false")).gateway());
    assertEquals(
        BridgeConfig.Gateway.ADDRESS, read(LAYER_THREE.with("isGateway", "true")).gateway());
  }

  @Test
  void withoutIpamThereIsNoGatewayAndNothingToMasquerade() {
    BridgeConfig config = read(LAYER_TWO.with("isDefaultGateway", "true").with("ipMasq", "true"));
    assertEquals(BridgeConfig.Gateway.NONE, config.gateway());
    assertFalse(config.masquerade());
  }

  @Test
  void anIpamSectionWithoutTypeIsNoIpam() {
    assertEquals(Optional.empty(), read(LAYER_TWO.with("ipam", "{}")).ipam());
  }

  @Test
  void masqueradesByWhatTheConfigurationNames() {
    Call masquerading = LAYER_THREE.with("ipMasq", "true");
    assertTrue(read(masquerading).masquerade());
    assertEquals(Optional.empty(), read(masquerading).masqueradeBackend());
    assertEquals(
        Optional.of(MasqueradeBackend.NFTABLES),
        read(masquerading.with("ipMasqBackend", "'nftables'")).masqueradeBackend());
    assertFalse(read(LAYER_THREE.with("ipMasqBackend", "'nftables'")).masquerade());
  }

  @Test
  void theCapabilityMacWinsOverArgumentsAndTheseOverCniArgs() {
    Call environment = LAYER_TWO.arguments(Map.of("MAC", "02:00:00:00:00:03"));
    Call arguments = environment.with("args", "{'cni':{'mac':'02:00:00:00:00:02'}}");
    Call capability = arguments.with("runtimeConfig", "{'mac':'02:00:00:00:00:01'}");
    assertEquals(Optional.of(MacAddress.of("02:00:00:00:00:03")), read(environment).mac());
    assertEquals(Optional.of(MacAddress.of("02:00:00:00:00:02")), read(arguments).mac());
    assertEquals(Optional.of(MacAddress.of("02:00:00:00:00:01")), read(capability).mac());
  }

  @Test
  void aMacInCniArgsThatCannotBeUsedIsCode4() {
    for (String mac : List.of("nonsense", "01:00:00:00:00:01", "00:00:00:00:00:00")) {
      CniException refused = refused(LAYER_TWO.arguments(Map.of("MAC", mac)));
      assertEquals(4, refused.code());
      assertTrue(message(refused).contains("MAC=" + mac), message(refused));
    }
  }

  @Test
  void aTrunkLeavesOutTheVlanThatHasNoTag() {
    PortVlans vlans =
        read(LAYER_TWO
                .with("vlan", "20")
                .with("vlanTrunk", "[{'minID':10,'maxID':30},{'id':40},{'id':31}]"))
            .vlans()
            .orElseThrow();
    assertEquals(20, vlans.untagged());
    assertEquals(
        List.of(BridgeVlan.tagged(10, 19), BridgeVlan.tagged(21, 31), BridgeVlan.tagged(40, 40)),
        vlans.trunk());
  }

  @Test
  void besideATrunkAloneVlan1HasNoTag() {
    PortVlans vlans = read(LAYER_TWO.with("vlanTrunk", "[{'id':7}]")).vlans().orElseThrow();
    assertEquals(1, vlans.untagged());
    assertEquals(0, vlans.vlan());
  }

  @Test
  void theGatewayOfAVlanHasAnInterfaceOfItsOwn() {
    Call gateway = LAYER_THREE.with("isGateway", "true");
    assertEquals("br0", read(gateway).gatewayInterface());
    assertEquals("br0.5", read(gateway.with("vlan", "5")).gatewayInterface());
    assertEquals("br0", read(gateway.with("vlanTrunk", "[{'id':5}]")).gatewayInterface());
  }

  @Test
  void dnsIsReadFromTheConfiguration() {
    assertEquals(
        new Result.Dns(List.of("10.1.0.1"), "a.test", List.of("b.test"), List.of("ndots:2")),
        read(LAYER_TWO.with(
                "dns",
                "{'nameservers':['10.1.0.1'],'domain':'a.test','search':['b.test'],"
                    + "'options':['ndots:2']}"))
            .dns());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bridge              | 'a-name-that-is-too-long'",
        "bridge              | ''",
        "bridge              | '..'",
        "bridge              | 'a/b'",
        "bridge              | 'a b'",
        "bridge              | 'nul\\u0000'",
        "bridge              | 7",
        "mtu                 | 'large'",
        "mtu                 | -1",
        "mtu                 | 67",
        "mtu                 | 65536",
        "mtu                 | 1500.5",
        "vlan                | 4095",
        "vlan                | -1",
        "vlanTrunk[0].id     | [{'id':0}]",
        "vlanTrunk[0].id     | [{'id':4095}]",
        "vlanTrunk[0].minID  | [{'minID':0,'maxID':5}]",
        "vlanTrunk[0].minID  | [{'minID':6,'maxID':5}]",
        "vlanTrunk[1].maxID  | [{'id':1},{'minID':5}]",
        "vlanTrunk[0].minID  | [{'maxID':5}]",
        "vlanTrunk           | {}",
        "hairpinMode         | 'yes'",
        "ipMasq              | 1",
        "ipMasqBackend       | 'ebtables'",
        "isGateway           | 'true'",
        "macspoofchk         | 0",
        "runtimeConfig.mac   | {'mac':'01:00:00:00:00:01'}",
        "runtimeConfig.mac   | {'mac':'nonsense'}",
        "dns.nameservers     | {'nameservers':'10.1.0.1'}",
      })
  void aWrongValueIsCode7AndNamesTheField(String path, String value) {
    String key = path.contains(".") ? path.substring(0, path.indexOf('.')) : path;
    String top = key.contains("[") ? key.substring(0, key.indexOf('[')) : key;
    CniException refused = refused(LAYER_THREE.with(top, value));
    assertEquals(7, refused.code());
    assertTrue(message(refused).startsWith(path + " is "), message(refused));
  }

  @Test
  void hairpinModeAndPromiscModeExcludeEachOther() {
    CniException refused =
        refused(LAYER_TWO.with("hairpinMode", "true").with("promiscMode", "true"));
    assertEquals(7, refused.code());
    assertTrue(message(refused).contains("hairpinMode"), message(refused));
    assertTrue(message(refused).contains("promiscMode"), message(refused));
  }

  @Test
  void aDisabledContainerInterfaceCannotHaveAddresses() {
    CniException refused = refused(LAYER_THREE.with("disableContainerInterface", "true"));
    assertEquals(7, refused.code());
    assertTrue(message(refused).contains("disableContainerInterface"), message(refused));
  }

  @Test
  void aBridgeWhoseVlanGatewayWouldHaveTooLongANameIsRefused() {
    Call call = LAYER_THREE.with("bridge", "'eleven-byte'").with("vlan", "4094");
    assertEquals("eleven-byte", read(call).gatewayInterface());
    CniException refused = refused(call.with("isGateway", "true"));
    assertEquals(7, refused.code());
    assertTrue(message(refused).contains("eleven-byte.4094"), message(refused));
  }

  private static BridgeConfig read(Call call) {
    return BridgeConfig.of(call.config(), call.args());
  }

  private static CniException refused(Call call) {
    return assertThrows(CniException.class, () -> read(call));
  }

  private static String message(CniException e) {
    return String.valueOf(e.getMessage());
  }
}
