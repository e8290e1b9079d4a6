package dev.weft.ipam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.CniVersion;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Result;
import dev.weft.ipam.lease.MemoryLeaseStore;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What host-local takes for a configuration, and how it names what is wrong with one. */
class HostLocalConfigTest {
  private final HostLocalPlugin plugin = new HostLocalPlugin(new MemoryLeaseStore());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'other': 1 | ipam is missing",
        "'ipam': 'no' | ipam is",
        "'ipam': {} | ipam.ranges is missing",
        "'ipam': {'ranges': []} | ipam.ranges",
        "'ipam': {'ranges': 5} | ipam.ranges is 5",
        "'ipam': {'ranges': [5]} | ipam.ranges[0] is 5",
        "'ipam': {'ranges': [[]]} | ipam.ranges[0] is empty",
        "'ipam': {'ranges': [[5]]} | ipam.ranges[0][0] is 5",
        "'ipam': {'ranges': [[{}]]} | ipam.ranges[0][0].subnet is missing",
        "'ipam': {'subnet': '10.1.0.0'} | ipam.subnet is",
        "'ipam': {'subnet': '10.1.0.5/24'} | ipam.subnet is \"10.1.0.5/24\", but should have no host bits: 10.1.0.0/24",
        "'ipam': {'subnet': '10.1.0.0/31'} | ipam.subnet is",
        "'ipam': {'subnet': 'fd00::/127'} | ipam.subnet is",
        "'ipam': {'subnet': '10.1.0.0/24', 'rangeStart': '10.2.0.1'} | ipam.rangeStart is",
        "'ipam': {'subnet': '10.1.0.0/24', 'rangeStart': 'x'} | ipam.rangeStart is",
        "'ipam': {'subnet': '10.1.0.0/24', 'rangeEnd': 'fd00::1'} | ipam.rangeEnd is",
        "'ipam': {'subnet': '10.1.0.0/24', 'rangeStart': '10.1.0.9', 'rangeEnd': '10.1.0.8'} | ipam.rangeEnd is",
        "'ipam': {'subnet': '10.1.0.0/24', 'rangeStart': '10.1.0.255'} | ipam.rangeStart is",
        "'ipam': {'subnet': '10.1.0.0/24', 'gateway': 'fd00::1'} | ipam.gateway is",
        "'ipam': {'subnet': '10.1.0.0/24', 'gateway': 7} | ipam.gateway is 7",
        "'ipam': {'ranges': [[{'subnet': '10.1.0.0/24'}, {'subnet': 'fd00::/64'}]]} | ipam.ranges[0][1].subnet is",
        "'ipam': {'ranges': [[{'subnet': '10.1.0.0/24'}, {'subnet': '10.1.0.0/25'}]]} | ipam.ranges[0][1].subnet is",
        "'ipam': {'ranges': [[{'subnet': '10.1.0.0/24'}], [{'subnet': '10.0.0.0/8'}]]} | ipam.ranges[1][0].subnet is",
        "'ipam': {'subnet': '10.1.0.0/24'}, 'runtimeConfig': {'ipRanges': [[{'subnet': '10.1.0.0/16'}]]} | ipam.subnet is",
        "'runtimeConfig': {'ipRanges': [[{'subnet': 'x'}]]}, 'ipam': {} | runtimeConfig.ipRanges[0][0].subnet is",
        "'ipam': {'subnet': '10.1.0.0/24', 'dataDir': 'relative'} | ipam.dataDir is",
        "'ipam': {'subnet': '10.1.0.0/24', 'dataDir': '/a\\u0000b'} | ipam.dataDir is",
        "'ipam': {'subnet': '10.1.0.0/24', 'dataDir': []} | ipam.dataDir is",
        "'ipam': {'subnet': '10.1.0.0/24', 'resolvConf': '/nowhere'} | ipam.resolvConf is",
        "'ipam': {'subnet': '10.1.0.0/24', 'routes': [{}]} | ipam.routes[0].dst is missing",
        "'ipam': {'subnet': '10.1.0.0/24', 'routes': [{'dst': '0.0.0.0/0', 'mtu': 'x'}]} | ipam.routes[0].mtu is",
        "'ipam': {'subnet': '10.1.0.0/24'}, 'runtimeConfig': {'ips': ['x']} | runtimeConfig.ips[0] is",
        "'ipam': {'subnet': '10.1.0.0/24'}, 'args': {'cni': {'ips': [1]}} | args.cni.ips[0] is 1",
      })
  void refusesAWrongValueByItsPath(String json, String beginning) {
    CniException e = Calls.refused(() -> Calls.of(plugin, json).add("c", "eth0"));
    assertEquals(ErrorCode.INVALID_CONFIGURATION.number(), e.code(), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).startsWith(beginning), e.getMessage());
  }

  @Test
  void refusesAnAddressInTheEnvironmentByItsVariable() {
    Calls calls = Calls.of(plugin, "'ipam': {'subnet': '10.1.0.0/24'}");
    CniException e =
        Calls.refused(() -> calls.add("c", "eth0", CniVersion.V1_1_0, Map.of("IP", "10.1.0")));
    assertEquals("CNI_ARGS has IP=10.1.0, but it should be an IP address", e.getMessage());
    assertEquals(ErrorCode.INVALID_ENVIRONMENT.number(), e.code());
  }

  @Test
  void refusesWhatAnOldResultCannotSay() {
    Calls calls =
        Calls.of(
            plugin,
            "'ipam': {'ranges': [[{'subnet': '10.1.0.0/24'}], [{'subnet': '10.2.0.0/24'}]]}");
    CniException e = Calls.refused(() -> calls.add("c", "eth0", CniVersion.V0_2_0, Map.of()));
    assertEquals(ErrorCode.INVALID_CONFIGURATION.number(), e.code());
    assertEquals(2, calls.add("c", "eth0", CniVersion.V0_3_0, Map.of()).ips().size());
  }

  @Test
  void takesRangesFromRuntimeThenOldFormThenList() {
    Result result =
        Calls.of(
                plugin,
                "'runtimeConfig': {'ipRanges': [[{'subnet': '10.3.0.0/24'}]]}, 'ipam': {"
                    + "'subnet': '10.2.0.0/24', 'rangeStart': '10.2.0.50',"
                    + "'ranges': [[{'subnet': 'fd00::/64', 'gateway': 'fd01::1'}]]}")
            .add("c", "eth0");
    assertEquals(
        List.of(
            ip("10.3.0.2/24", "10.3.0.1"),
            ip("10.2.0.50/24", "10.2.0.1"),
            ip("fd00::1/64", "fd01::1")),
        result.ips());
    assertEquals(List.of(), result.interfaces());
  }

  @Test
  void neverGivesOutNetworkAndBroadcast() {
    Calls calls =
        Calls.of(
            plugin,
            "'ipam': {'subnet': '10.1.0.0/30', 'rangeStart': '10.1.0.0', 'rangeEnd': '10.1.0.3',"
                + "'gateway': '10.9.0.1'}");
    assertEquals("10.1.0.1/30", calls.address("a"));
    assertEquals("10.1.0.2/30", calls.address("b"));
    Calls.refused(() -> calls.address("c"));
  }

  @Test
  void passesRoutesWithAllTheirFields() {
    Result result =
        Calls.of(
                plugin,
                "'ipam': {'subnet': '10.1.0.0/24', 'routes': [{'dst': '0.0.0.0/0'}, {'dst':"
                    + " '10.9.0.0/16', 'gw': '10.1.0.7', 'mtu': 1400, 'advmss': 1300, 'priority':"
                    + " 5, 'table': 50, 'scope': 0}]}")
            .add("c", "eth0");
    assertEquals(
        List.of(
            new Result.Route(IpPrefix.of("0.0.0.0/0"), Optional.empty()),
            new Result.Route(
                IpPrefix.of("10.9.0.0/16"),
                Optional.of(IpAddress.of("10.1.0.7")),
                OptionalInt.of(1400),
                OptionalInt.of(1300),
                OptionalLong.of(5),
                OptionalLong.of(50),
                OptionalInt.of(0))),
        result.routes());
  }

  @Test
  void readsDnsFromResolvConf(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("resolv.conf");
    Files.writeString(
        file,
        """
        # comment
        ; comment

        nameserver 10.0.0.53
        nameserver\tfd00::53
        domain example.org
        search a.example b.example
        options ndots:5  edns0
        sortlist 10.0.0.0
        nameserver
        """);
    Result result =
        Calls.of(plugin, "'ipam': {'subnet': '10.1.0.0/24', 'resolvConf': '" + file + "'}")
            .add("c", "eth0");
    assertEquals(
        new Result.Dns(
            List.of("10.0.0.53", "fd00::53"),
            "example.org",
            List.of("a.example", "b.example"),
            List.of("ndots:5", "edns0")),
        result.dns());
  }

  private static Result.Ip ip(String address, String gateway) {
    return new Result.Ip(
        IpPrefix.of(address), Optional.of(IpAddress.of(gateway)), OptionalInt.empty());
  }
}
