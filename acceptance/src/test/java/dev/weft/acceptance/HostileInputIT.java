package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Input that is broken or meant to harm is refused with the right code and changes nothing. */
class HostileInputIT extends BothWays {
  /** A process of its own has more memory for a call than the agent, in bytes. */
  private static final int LARGEST_FOR_THE_AGENT = 200 << 10;

  private Path pod;

  @BeforeEach
  void addPod() {
    pod = node.addPod();
  }

  private PluginCall bridge() {
    return PluginCall.of(
            node,
            "bridge",
            """
            {"cniVersion":"1.0.0","name":"hostile","type":"bridge","bridge":"br0",
             "isGateway":true,"ipam":{"type":"host-local","dataDir":"%s/leases",
             "ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
                .formatted(node.data()))
        .container("one")
        .pod(pod);
  }

  /**
   * Every refusal: one error object of this code, a failed exit, and no trace but the bridge, which
   * belongs to all containers.
   */
  private void refuses(PluginCall call, int code) {
    JsonNode error = call.fails("ADD");
    assertAll(
        () -> assertEquals(code, error.path("code").asInt(), error.toString()),
        () -> assertFalse(error.path("msg").asText().isBlank(), error.toString()),
        () -> assertFalse(error.toString().contains("Exception"), error.toString()),
        () -> assertEquals(List.of(), node.veths()),
        () -> assertEquals(List.of(), node.leases("leases/hostile")),
        () -> assertFalse(Files.exists(node.data().resolve("harm"))));
  }

  private static Stream<Arguments> texts() {
    return Stream.of(
        arguments("nothing", ""),
        arguments("white space", " \n"),
        arguments("half an object", "{\"cniVersion\":\"1.0.0\",\"name\":\"hos"),
        arguments("a list", "[]"),
        arguments("a string", "\"bridge\""),
        arguments("null", "null"),
        arguments("two objects", "{}{}"),
        arguments("a byte of zero", "{\"name\":\0\"hostile\"}"),
        arguments("a comment", "{} // harmless"),
        arguments("objects 100,000 deep", "{\"a\":".repeat(100_000)),
        arguments("a number of a megabyte", "{\"mtu\":" + "9".repeat(1 << 20) + "}"),
        arguments("seventeen megabytes", "{\"a\":\"" + "x".repeat(17 << 20) + "\"}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void aConfigurationThatIsNoJsonObjectIsCode6(String what, String text) {
    refuses(bridge().config(text), 6);
    if (text.length() > LARGEST_FOR_THE_AGENT) {
      standaloneIsRight();
    }
  }

  private static Stream<Arguments> values() {
    return Stream.of(
        arguments("name", "7"),
        arguments("name", "\"\""),
        arguments("name", "\"../../etc\""),
        arguments("name", "\"a/b\""),
        arguments("name", "\"a;touch harm\""),
        arguments("name", "\"nul\\u0000\""),
        arguments("bridge", "\"$(touch harm)\""),
        arguments("bridge", "\"../br0\""),
        arguments("bridge", "\"a-name-that-is-too-long\""),
        arguments("bridge", "\"nul\\u0000\""),
        arguments("bridge", "{}"),
        arguments("mtu", "\"1500\""),
        arguments("mtu", "-1"),
        arguments("mtu", "99999999999999999999"),
        arguments("mtu", "1e400"),
        arguments("isGateway", "\"yes\""),
        arguments("ipam", "\"host-local\""),
        arguments("ipam", "[]"),
        arguments("ipam", "{\"type\":\"../host-local\"}"),
        arguments("ipam", "{\"type\":\"host-local\",\"ranges\":{}}"),
        arguments("ipam", "{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.8.0.0\"}]]}"),
        arguments(
            "ipam",
            "{\"type\":\"host-local\",\"dataDir\":\"nul\\u0000\","
                + "\"ranges\":[[{\"subnet\":\"10.8.0.0/24\"}]]}"),
        arguments("vlan", "4095"),
        arguments("dns", "7"),
        arguments("prevResult", "\"none\""));
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("values")
  void aWrongValueIsCode7AndItsFieldIsNamed(String key, String value) {
    PluginCall call = bridge().set(key, value);
    refuses(call, 7);
    JsonNode error = call.fails("ADD");
    assertTrue(
        error.path("msg").asText().contains(key.equals("ipam") ? "" : key), error.toString());
  }

  @ParameterizedTest
  @MethodSource("versions")
  void aVersionThatIsNotPublishedIsCode1(String version) {
    refuses(bridge().set("cniVersion", '"' + version + '"'), 1);
  }

  private static Stream<String> versions() {
    return Stream.of("9.9.9", "1.0", "1.0.0 ", "v1.0.0", "01.0.0");
  }

  private static Stream<Arguments> variables() {
    return Stream.of(
        arguments("CNI_CONTAINERID", "../../etc/passwd"),
        arguments("CNI_CONTAINERID", "a;touch harm"),
        arguments("CNI_CONTAINERID", "-rf"),
        arguments("CNI_CONTAINERID", "a\nb"),
        arguments("CNI_CONTAINERID", "ünï"),
        arguments("CNI_IFNAME", ".."),
        arguments("CNI_IFNAME", "eth/0"),
        arguments("CNI_IFNAME", "eth:0"),
        arguments("CNI_IFNAME", "eth 0"),
        arguments("CNI_IFNAME", "sixteen-letters-"),
        arguments("CNI_ARGS", "IP"),
        arguments("CNI_PATH", "/nowhere"));
  }

  @ParameterizedTest(name = "{0}={1}")
  @MethodSource("variables")
  void aWrongVariableIsCode4(String variable, String value) {
    refuses(bridge().with(variable, value), 4);
  }

  @Test
  void aContainerIdOf300BytesWorks() {
    PluginCall call = bridge().container("x".repeat(300));
    call.add();
    call.succeeds("DEL");
    assertEquals(List.of(), node.leases("leases/hostile"));
  }

  @Test
  void aNetworkNameOf300BytesIsRefused() {
    PluginCall call = bridge().set("name", '"' + "n".repeat(300) + '"');
    JsonNode error = call.fails("ADD");
    assertTrue(List.of(5, 7).contains(error.path("code").asInt()), error.toString());
    assertEquals(List.of(), node.veths());
  }

  @Test
  void aPathThatIsNoNetworkNamespaceIsCode8() throws IOException {
    Path file = Files.writeString(node.data().resolve("file"), "");
    Path pipe = node.data().resolve("pipe");
    Command.run("mkfifo", pipe.toString()).succeeded();
    for (Path wrong :
        List.of(
            node.data().resolve("missing"),
            file.resolve("below"),
            file,
            pipe,
            node.data(),
            Path.of("/proc/self/ns/mnt"),
            Path.of("/dev/null"))) {
      refuses(bridge().pod(wrong), 8);
    }
  }

  @Test
  void thePluginsOwnNamespaceIsCode8AndStaysAsItIs() {
    String before = node.run("ip", "addr").stdout();
    refuses(bridge().pod(Path.of("/proc/self/ns/net")), 8);
    assertEquals(8, bridge().pod(Path.of("/proc/self/ns/net")).fails("DEL").path("code").asInt());
    assertEquals(before, node.run("ip", "addr").stdout());
  }

  @Test
  void aDataDirectoryThatCannotBeIsCode5() throws IOException {
    Path file = Files.writeString(node.data().resolve("file"), "");
    String ipam =
        """
        {"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.8.0.0/24"}]]}""";
    refuses(bridge().set("ipam", ipam.formatted(file.resolve("below"))), 5);
    refuses(bridge().set("ipam", ipam.formatted("/proc/self/leases")), 5);
  }
}
