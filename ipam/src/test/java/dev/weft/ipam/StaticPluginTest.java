package dev.weft.ipam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.CniVersion;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Result;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What static promises for each verb. */
class StaticPluginTest {
  private static final String CONFIGURED =
      "'ipam': {'addresses': [{'address': '10.1.0.5/24', 'gateway': '10.1.0.1'},"
          + " {'address': 'fd00::5/64'}], 'routes': [{'dst': '0.0.0.0/0'}],"
          + " 'dns': {'nameservers': ['10.1.0.53']}}";

  private final Calls calls = Calls.of(new StaticPlugin(), CONFIGURED);

  @Test
  void givesWhatIsConfigured() {
    Result result = calls.add("c", "eth0");
    assertEquals(List.of(ip("10.1.0.5/24", "10.1.0.1"), ip("fd00::5/64", "")), result.ips());
    assertEquals(
        List.of(new Result.Route(IpPrefix.of("0.0.0.0/0"), Optional.empty())), result.routes());
    assertEquals(List.of("10.1.0.53"), result.dns().nameservers());
  }

  @Test
  void addsWhatCniArgsName() {
    Result result =
        calls.add(
            "c",
            "eth0",
            CniVersion.V1_1_0,
            Map.of("IP", "10.2.0.5/24, 10.3.0.5/24", "GATEWAY", "10.2.0.1,fd00::1"));
    assertEquals(
        List.of(
            ip("10.1.0.5/24", "10.1.0.1"),
            ip("fd00::5/64", "fd00::1"),
            ip("10.2.0.5/24", "10.2.0.1"),
            ip("10.3.0.5/24", "")),
        result.ips());
  }

  @Test
  void putsWhatTheCallerNamesInThePlaceOfAll() {
    String args = ", 'args': {'cni': {'ips': ['10.4.0.5/24']}}";
    String runtime = ", 'runtimeConfig': {'ips': ['10.5.0.5/24', 'fd05::5/64']}";
    assertEquals(
        List.of(ip("10.4.0.5/24", "")), calls.with(CONFIGURED + args).add("c", "eth0").ips());
    assertEquals(
        List.of(ip("10.5.0.5/24", ""), ip("fd05::5/64", "")),
        calls.with(CONFIGURED + args + runtime).add("c", "eth0").ips());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'other': 1 | ipam is missing",
        "'ipam': {} | ipam.addresses is missing",
        "'ipam': {'addresses': [{}]} | ipam.addresses[0].address is missing",
        "'ipam': {'addresses': [{'address': '10.1.0.5'}]} | ipam.addresses[0].address is",
        "'ipam': {'addresses': [{'address': '10.1.0.5/24', 'gateway': 'fd00::1'}]} | ipam.addresses[0].gateway is",
        "'ipam': {}, 'runtimeConfig': {'ips': ['10.1.0.5']} | runtimeConfig.ips[0] is",
        "'ipam': {}, 'args': {'cni': {'ips': 1}} | args.cni.ips is 1",
      })
  void refusesAWrongValueByItsPath(String json, String beginning) {
    CniException e = Calls.refused(() -> calls.with(json).add("c", "eth0"));
    assertEquals(ErrorCode.INVALID_CONFIGURATION.number(), e.code(), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).startsWith(beginning), e.getMessage());
  }

  @Test
  void refusesWrongArgumentsByTheirVariable() {
    for (Map<String, String> args :
        List.of(Map.of("IP", "10.2.0.5"), Map.of("IP", "10.2.0.5/24", "GATEWAY", "gw"))) {
      CniException e = Calls.refused(() -> calls.add("c", "eth0", CniVersion.V1_1_0, args));
      assertEquals(ErrorCode.INVALID_ENVIRONMENT.number(), e.code());
      assertTrue(String.valueOf(e.getMessage()).startsWith("CNI_ARGS has "), e.getMessage());
    }
  }

  @Test
  void refusesWhatAnOldResultCannotSay() {
    Calls two =
        calls.with(
            "'ipam': {'addresses': [{'address': '10.1.0.5/24'}, {'address': '10.1.0.6/24'}]}");
    assertEquals(
        ErrorCode.INVALID_CONFIGURATION.number(),
        Calls.refused(() -> two.add("c", "eth0", CniVersion.V0_2_0, Map.of())).code());
    assertEquals(2, calls.add("c", "eth0", CniVersion.V0_2_0, Map.of()).ips().size());
  }

  @Test
  void checksThatPrevResultHasEveryAddress() {
    Result given = calls.add("c", "eth0");
    calls.check("c", "eth0", given);
    for (Result wrong :
        List.of(
            Result.EMPTY,
            new Result(List.of(), given.ips().subList(0, 1), List.of(), Result.Dns.NONE),
            new Result(
                List.of(),
                List.of(ip("10.1.0.5/24", "10.1.0.9"), given.ips().get(1)),
                List.of(),
                Result.Dns.NONE))) {
      assertEquals(
          ErrorCode.CHECK_FAILED.number(),
          Calls.refused(() -> calls.check("c", "eth0", wrong)).code());
    }
  }

  @Test
  void hasNothingToRelease() {
    calls.del("c", "eth0");
    calls.del("c", "eth0");
    calls.gc(new Attachment("c", "eth0"));
    calls.status();
  }

  private static Result.Ip ip(String address, String gateway) {
    return new Result.Ip(
        IpPrefix.of(address),
        Optional.of(gateway).filter(text -> !text.isEmpty()).map(IpAddress::of),
        OptionalInt.empty());
  }
}
