package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever stands at the agent's socket, the executables answer: they pass on what it says, serve
 * the call themselves, or tell the runtime to try again.
 */
class LauncherIT extends OnNode {
  /** More than a socket takes at once, in bytes. */
  private static final int LARGE = 1 << 20;

  private Launchers launchers;
  private Path socket;

  @BeforeEach
  void copy() {
    assumeTrue(
        Files.isExecutable(Executables.plugin("weft")),
        "skipped: the executables under test know no agent");
    launchers = Launchers.copy(node.data().resolve("copy"));
    socket = node.data().resolve("agent.sock");
  }

  private PluginCall hostLocal() {
    return PluginCall.of(
            node,
            "host-local",
            """
            {"cniVersion":"1.1.0","name":"net","type":"host-local","ipam":{"type":"host-local",
             "dataDir":"%s","ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
                .formatted(node.data()))
        .program(launchers.bin().resolve("host-local"))
        .container("one")
        .with("CNI_NETNS", "/dev/null")
        .with("WEFT_AGENT", socket.toString())
        .with("WEFT_AGENT_SECONDS", "1");
  }

  private void isServedStandalone(PluginCall call) {
    launchers.forget();
    assertTrue(call.add().at("/ips/0/address").asText().startsWith("10.8.0."));
    assertEquals(List.of("ADD of one"), launchers.standalone());
    call.with("WEFT_AGENT", "").succeeds("DEL");
  }

  private static int codeOf(Command.Outcome outcome) {
    assertEquals(1, outcome.exitCode(), outcome::toString);
    return PluginCall.json(outcome.stdout()).path("code").asInt();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "missing", "directory", "file", "stale", "long"})
  void withoutAnAgentItServesTheCallItself(String what) throws IOException {
    Path path = node.data().resolve(what.equals("long") ? "x".repeat(200) : what);
    switch (what) {
      case "directory" -> Files.createDirectory(path);
      case "file" -> Files.createFile(path);
      case "stale" -> OddAgent.deaf(path, 1).close();
      default -> {}
    }
    isServedStandalone(hostLocal().with("WEFT_AGENT", what.isEmpty() ? "" : path.toString()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, LARGE})
  void whatAnAgentDeclinesItServesItselfWithAllOfItsInput(int more) {
    PluginCall call = hostLocal().set("more", '"' + "x".repeat(more) + '"');
    try (OddAgent _ = OddAgent.at(socket, launcher -> OddAgent.say(launcher, "D"))) {
      isServedStandalone(call);
    }
    try (OddAgent _ =
        OddAgent.at(
            node.data().resolve("second.sock"),
            launcher -> {
              OddAgent.hear(launcher);
              OddAgent.say(launcher, "WWD");
            })) {
      isServedStandalone(call.with("WEFT_AGENT", node.data().resolve("second.sock").toString()));
    }
  }

  /** It cannot have begun what it did not hear to the end. */
  @Test
  void anAgentThatDoesNotHearTheWholeCallIsNone() {
    PluginCall call = hostLocal().set("more", '"' + "x".repeat(LARGE) + '"');
    try (OddAgent _ = OddAgent.at(socket, _ -> {})) {
      isServedStandalone(call);
    }
  }

  private static Stream<Arguments> endings() {
    return Stream.of(
        arguments("nothing", new byte[0]),
        arguments("an unknown word", new byte[] {'X'}),
        arguments("no length", new byte[] {'W', 'R', 0, 0}),
        arguments("half a text", OddAgent.reply(0, 100, 0, "{")),
        arguments("four gigabytes", OddAgent.reply(0, -1, 0, "{}")),
        arguments("too much", OddAgent.reply(0, 0, 1 << 30, "{}")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endings")
  void anAgentThatIsLostFailsAnAddAndNothingElse(String what, byte[] lastWords) {
    try (OddAgent _ =
        OddAgent.at(
            socket,
            launcher -> {
              OddAgent.hear(launcher);
              OddAgent.say(launcher, lastWords);
            })) {
      assertEquals(11, codeOf(hostLocal().run("ADD")));
      assertEquals(List.of(), launchers.standalone());
      for (String verb : List.of("DEL", "STATUS", "GC")) {
        launchers.forget();
        hostLocal().succeeds(verb);
        assertEquals(List.of(verb + " of one"), launchers.standalone());
      }
    }
  }

  @Test
  void aSilentAgentIsCode11() {
    try (OddAgent _ = OddAgent.at(socket, launcher -> Thread.sleep(5_000))) {
      assertEquals(11, codeOf(hostLocal().run("ADD")));
    }
    Path other = node.data().resolve("other.sock");
    try (OddAgent _ = OddAgent.at(other, launcher -> Thread.sleep(5_000))) {
      PluginCall large = hostLocal().set("more", '"' + "x".repeat(LARGE) + '"');
      assertEquals(11, codeOf(large.with("WEFT_AGENT", other.toString()).run("DEL")));
    }
    assertEquals(List.of(), launchers.standalone());
  }

  @Test
  void anAgentThatTakesNoMoreConnectionsIsCode11() throws IOException {
    try (OddAgent _ = OddAgent.deaf(socket, 1);
        SocketChannel first = SocketChannel.open(StandardProtocolFamily.UNIX);
        SocketChannel second = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      assertTrue(first.connect(UnixDomainSocketAddress.of(socket)));
      assertTrue(second.connect(UnixDomainSocketAddress.of(socket)));
      assertEquals(11, codeOf(hostLocal().run("ADD")));
      assertEquals(List.of(), launchers.standalone());
    }
  }

  @Test
  void aSlowAgentIsWaitedForAsLongAsItSaysThatItWorks() {
    try (OddAgent _ =
        OddAgent.at(
            socket,
            launcher -> {
              OddAgent.hear(launcher);
              for (int i = 0; i < 8; i++) {
                Thread.sleep(300);
                OddAgent.say(launcher, "W");
              }
              OddAgent.say(launcher, OddAgent.reply(3, 4, 4, "out\nerr\n"));
            })) {
      assertEquals(new Command.Outcome(3, "out\n", "err\n"), hostLocal().run("ADD"));
    }
  }

  @Test
  void aLongAnswerIsPassedOnWhole() {
    String out = "o".repeat(3 * LARGE);
    String err = "e".repeat(2 * LARGE);
    byte[] reply = OddAgent.reply(0, out.length(), err.length(), out + err);
    try (OddAgent _ =
        OddAgent.at(
            socket,
            launcher -> {
              OddAgent.hear(launcher);
              OddAgent.say(launcher, reply);
            })) {
      assertEquals(new Command.Outcome(0, out, err), hostLocal().run("STATUS"));
    }
  }

  @Test
  void anAgentOfAnotherUserIsNotTrusted() throws Exception {
    Command.run("chown", "65534", node.data().toString()).succeeded();
    Process other =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "perl",
                "-MIO::Socket::UNIX",
                "-e",
                "$s = IO::Socket::UNIX->new(Local => 'agent.sock', Listen => 9) or die;"
                    + " print \"ready\\n\"; close STDOUT; while ($c = $s->accept) { print $c 'R'; }")
            .directory(node.data().toFile())
            .start();
    try {
      assumeTrue(other.getInputStream().read() == 'r', "skipped: needs perl");
      isServedStandalone(hostLocal());
    } finally {
      other.destroyForcibly().waitFor();
    }
  }
}
