package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that nobody described tells what it is, and packets can be traced on it. */
class ServicesNodeIT {
  private static final String WEFT = Executables.plugin("weft").toString();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  private Command.Outcome weft(Node node, String... words) {
    List<String> command = new ArrayList<>(List.of(WEFT));
    command.addAll(List.of(words));
    Map<String, String> environment =
        Map.of("NODE_NAME", "node-1", "NETCONFPATH", directory.resolve("net.d").toString());
    return node.run(command, environment, "").succeeded();
  }

  @Test
  void aNodeTellsWhatItIs() throws IOException {
    Files.createDirectory(directory.resolve("net.d"));
    Files.writeString(
        directory.resolve("net.d/10.conflist"),
        """
        {"name": "pods", "cniVersion": "1.0.0", "plugins": [
          {"type": "bridge", "ipam": {"type": "host-local", "subnet": "10.0.0.0/24"}}]}
        """);
    try (Node node = Node.create()) {
      node.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far").succeeded();
      node.run("ip", "addr", "add", "192.168.0.3/24", "dev", "far").succeeded();
      node.run("ip", "addr", "add", "192.168.1.2/24", "dev", "eth0").succeeded();
      node.run("ip", "link", "set", "eth0", "up").succeeded();
      node.run("ip", "link", "set", "far", "up").succeeded();
      node.run("ip", "route", "add", "default", "via", "192.168.1.1").succeeded();

      Command.Outcome told = weft(node, "services", "node");
      assertEquals("", told.stderr());
      assertTrue(told.stdout().startsWith("name: \"node-1\"\naddresses:\n"), told::stdout);
      List<String> lines = told.stdout().lines().toList();
      assertTrue(lines.contains("- {address: \"192.168.1.2\", primary: true}"), told::stdout);
      assertTrue(lines.contains("- {address: \"192.168.0.3\"}"), told::stdout);
      assertTrue(
          lines.contains("detectLocal: {mode: NodeCIDR, cidrs: [\"10.0.0.0/24\"]}"), told::stdout);
      assertTrue(lines.contains("conntrackTCPBeLiberal: false"), told::stdout);

      Path description = Files.writeString(directory.resolve("node.yaml"), told.stdout());
      String objects =
          Path.of("src/test/resources/services/objects.yaml").toAbsolutePath().toString();
      List<String> question =
          List.of("trace", "--objects", objects, "--from", "192.168.1.2", "--to", "172.30.0.1:80");
      List<String> described = new ArrayList<>(question);
      described.addAll(List.of("--node", description.toString()));
      Command.Outcome undescribed = weft(node, question.toArray(new String[0]));
      assertEquals(weft(node, described.toArray(new String[0])), undescribed);
      assertTrue(
          undescribed.stdout().contains("sent by  this node itself (node-1)"), undescribed::stdout);
    }
  }
}
