package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code weft trace} takes and prints; what it says of packets is tested where it is made. */
class TraceCommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void describe() throws IOException {
    file(
        "objects.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {clusterIP: 172.30.0.1, ports: [{port: 80}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
        addressType: IPv4
        ports: [{port: 8080}]
        endpoints: [{addresses: [10.0.0.21], nodeName: node-1}]
        """);
    file("node.yaml", "{name: node-1, addresses: [{address: 192.168.0.2}]}");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private int trace(String... options) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("trace", "--objects", directory.resolve("objects.yaml").toString()));
    arguments.addAll(List.of("--node", directory.resolve("node.yaml").toString()));
    arguments.addAll(List.of(options));
    return Weft.run(
        new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(new String[0]));
  }

  private void assertWrong(String message, String... options) {
    assertEquals(2, trace(options));
    assertEquals("weft: " + message + "; see 'weft trace --help'\n", err.toString());
    assertEquals("", out.toString());
  }

  @Test
  void onePacketIsToldInText() {
    assertEquals(0, trace("--from", "198.51.100.1", "--to", "172.30.0.1:80"));
    assertEquals(
        "TCP from 198.51.100.1 to 172.30.0.1:80, shop/web (cluster IP)",
        out.toString().lines().findFirst().orElse(""));
    assertEquals("", err.toString());
  }

  @Test
  void onePacketIsToldInJson() {
    assertEquals(0, trace("--from", "198.51.100.1", "--to", "172.30.0.1:80", "-o", "json"));
    assertTrue(out.toString().startsWith("{\n    \"verdict\": \"accept\",\n"), out::toString);
  }

  @Test
  void manyPacketsAreToldInTheirOrder() throws IOException {
    Path flows =
        file(
            "flows.json",
            """
            [{"name": "one", "from": "10.0.0.7", "proto": "tcp", "to": "172.30.0.1", "port": 80},
             {"name": "two", "from": "10.0.0.7", "proto": "udp", "to": "172.30.0.1", "port": 80}]
            """);
    assertEquals(0, trace("--flows", flows.toString(), "-o", "json"));
    String text = out.toString();
    assertTrue(text.indexOf("\"name\": \"one\"") < text.indexOf("\"name\": \"two\""), text);
    assertTrue(text.contains("\"dnat\": null"), text);
    out.getBuffer().setLength(0);
    assertEquals(0, trace("--flows", flows.toString()));
    assertEquals("=== one", out.toString().lines().findFirst().orElse(""));
  }

  @Test
  void problemsWithObjectsAreToldApart() throws IOException {
    file("objects.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n");
    assertEquals(0, trace("--from", "198.51.100.1", "--to", "172.30.0.1:80"));
    assertTrue(err.toString().startsWith("weft: "), err::toString);
    assertTrue(err.toString().contains("spec.clusterIP is missing"), err::toString);
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertWrong("a packet needs --from and --to; or give many with --flows", "--from", "10.0.0.7");
  }

  @Test
  void aWrongSenderIsRefused() {
    assertWrong(
        "--from is pod, but should be an IP address", "--from", "pod", "--to", "172.30.0.1:80");
  }

  @Test
  void aWrongTargetIsRefused() {
    assertWrong(
        "--to is fd00::1:80, but should be an address and a port, 172.30.0.41:80 or [fd00::1]:80",
        "--from",
        "fd00::2",
        "--to",
        "fd00::1:80");
  }

  @Test
  void familiesDoNotMix() {
    assertWrong(
        "a packet goes from fd00::2 to 172.30.0.1, but both should be of one family, IPv4 or IPv6",
        "--from",
        "fd00::2",
        "--to",
        "172.30.0.1:80");
  }

  @Test
  void aNodeThatCannotBeReadEndsIt() throws IOException {
    file("node.yaml", "zone: a\n");
    assertEquals(1, trace("--from", "198.51.100.1", "--to", "172.30.0.1:80"));
    assertEquals(
        "weft: "
            + directory.resolve("node.yaml")
            + ": name is missing, but should be the name that the cluster knows the node by\n",
        err.toString());
  }
}
