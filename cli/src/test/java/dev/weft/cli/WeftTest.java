package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.ConfigReader;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line: results on stdout, one sentence on stderr, exit code 0, 1 or 2. */
class WeftTest {
  private record Outcome(int exitCode, String out, String err) {}

  @TempDir Path directory;

  /** A path that leads to a network namespace for as long as it exists. */
  private String pod1 = "";

  /** A plugin that notes what it was given and answers as the file {@code answer} says. */
  @BeforeEach
  void makeNetwork() throws IOException {
    pod1 =
        Files.createSymbolicLink(directory.resolve("pod1"), Path.of("/proc/self/ns/net"))
            .toString();
    Path plugin = directory.resolve("notes");
    Files.writeString(
        plugin,
        """
        #!/bin/sh
        cd %s
        cat > "stdin.$CNI_COMMAND"
        echo "$CNI_COMMAND $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS" >> calls
        [ -e fail ] && cat fail && exit 1
        case "$CNI_COMMAND" in
          ADD) echo '{"cniVersion":"1.1.0","ips":[{"address":"10.1.0.5/16"}]}' ;;
          VERSION) echo '{"cniVersion":"1.1.0","supportedVersions":["1.0.0","1.1.0"]}' ;;
        esac
        """
            .formatted(directory));
    Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(
        directory.resolve("blue.conflist"),
        """
        {"cniVersion": "1.1.0", "name": "blue",
         "plugins": [{"type": "notes", "capabilities": {"portMappings": true, "mac": true}}]}
        """);
  }

  @Test
  void attachPrintsTheResult() throws IOException {
    assertEquals(
        new Outcome(
            0,
            """
            {
                "cniVersion": "1.1.0",
                "ips": [
                    {
                        "address": "10.1.0.5/16"
                    }
                ]
            }
            """,
            ""),
        weft("attach", "blue", pod1, "--ifname", "net1", "--container-id", "c1", "--arg", "A=b"));
    assertEquals(List.of("ADD c1 " + pod1 + " net1 A=b"), calls());
  }

  @Test
  void containerIdIsMadeFromTheNamespace() throws IOException {
    weft("detach", "blue", "/run/netns/pod1");
    weft("detach", "blue", "pod1");
    weft("detach", "blue", "/run/../run/netns/pod1");
    List<String> ids = calls().stream().map(call -> call.split(" ", -1)[1]).distinct().toList();
    assertEquals(1, ids.size());
    assertTrue(ids.getFirst().matches("weft-[0-9a-f]{20}"), ids::toString);
  }

  @Test
  void capabilitiesReachThePluginThatDeclaresThem() throws IOException {
    weft(
        "attach",
        "blue",
        pod1,
        "--capability-args",
        "{\"mac\": \"02:00:00:00:00:01\", \"bandwidth\": {}}",
        "--port-map",
        "8080:80",
        "--port-map",
        "127.0.0.1:53:53/udp");
    assertEquals(
        "{\"mac\":\"02:00:00:00:00:01\",\"portMappings\":["
            + "{\"hostPort\":8080,\"containerPort\":80,\"protocol\":\"tcp\"},"
            + "{\"hostPort\":53,\"containerPort\":53,\"protocol\":\"udp\","
            + "\"hostIP\":\"127.0.0.1\"}]}",
        JsonText.write(stdin("ADD").find("runtimeConfig").orElseThrow()));
  }

  @Test
  void detachUsesWhatTheAttachWasMadeWith() throws IOException {
    weft("attach", "blue", pod1, "--arg", "A=b", "--port-map", "8080:80");
    Json.Obj added = stdin("ADD");
    Files.delete(directory.resolve("blue.conflist"));
    assertEquals(new Outcome(0, "", ""), weft("detach", "blue", pod1));
    assertTrue(calls().getLast().endsWith(" A=b"), calls()::toString);
    assertEquals(added, stdin("DEL").without("prevResult"));
    assertTrue(stdin("DEL").has("prevResult"));
  }

  @Test
  void failureIsOneSentenceOnStderr() throws IOException {
    Files.writeString(
        directory.resolve("fail"),
        "{\"code\": 100, \"msg\": \"the pool\\nis full\", \"details\": \"3 of 3\"}");
    Outcome outcome = weft("attach", "blue", pod1);
    assertEquals(
        new Outcome(
            1,
            "",
            "weft: plugin notes failed ADD: the pool is full (code 100; 3 of 3);"
                + " and then: plugin notes failed DEL: the pool is full (code 100; 3 of 3)\n"),
        outcome);
  }

  @ParameterizedTest
  @ValueSource(strings = {"attach", "detach", "check"})
  void unknownNetworkIsAFailure(String command) {
    Outcome outcome = weft(command, "red", "pod1");
    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.err().startsWith("weft: network \"red\" is in no .conflist"), outcome::err);
    assertEquals(1, outcome.err().lines().count());
  }

  @Test
  void wrongArgumentsAreExplainedInOneSentence() {
    assertWrong("Missing required subcommand; see 'weft --help'");
    assertWrong("Missing required parameter: 'NETNS'; see 'weft attach --help'", "attach", "blue");
    assertWrong("Unmatched arguments from index 0: 'attch', ", "attch", "blue", "pod1");
    assertWrong("Invalid value for option '--port-map'", "attach", "a", "b", "--port-map", "80");
    assertWrong("Invalid value for option '--keep'", "gc", "blue", "--keep", "c1");
    assertWrong(
        "Invalid value for option '--capability-args': the text breaks off at line 1",
        "attach",
        "blue",
        "pod1",
        "--capability-args",
        "{");
  }

  private void assertWrong(String message, String... arguments) {
    Outcome outcome = weft(arguments);
    assertEquals(2, outcome.exitCode());
    assertTrue(outcome.err().startsWith("weft: " + message), outcome::err);
    assertEquals(1, outcome.err().lines().count());
  }

  @Test
  void gcKeepsWhatItIsTold() throws IOException {
    weft("attach", "blue", pod1, "--container-id", "c1");
    weft("attach", "blue", pod1, "--container-id", "c2");
    assertEquals(new Outcome(0, "", ""), weft("gc", "blue", "--keep", "c2:eth0"));
    assertEquals("DEL c1 " + pod1 + " eth0 ", calls().get(2));
    assertEquals(
        "[{\"containerID\":\"c2\",\"ifname\":\"eth0\"}]",
        JsonText.write(stdin("GC").find("cni.dev/valid-attachments").orElseThrow()));
  }

  @Test
  void gcDetachesWhatHasLostItsNamespace() throws IOException {
    weft("attach", "blue", pod1, "--container-id", "c1");
    weft("attach", "blue", "/proc/self/ns/net", "--container-id", "c2");
    Files.delete(Path.of(pod1));
    weft("gc", "blue");
    assertEquals("DEL c1 " + pod1 + " eth0 ", calls().get(2));
    assertEquals(
        "[{\"containerID\":\"c2\",\"ifname\":\"eth0\"}]",
        JsonText.write(stdin("GC").find("cni.dev/valid-attachments").orElseThrow()));
  }

  @Test
  void namespaceThatIsNoneIsNotAttached() throws IOException {
    for (String path : List.of("weft-no-such-namespace", "/etc/passwd", "/proc/self/ns/uts")) {
      Outcome outcome = weft("attach", "blue", path);
      assertEquals(1, outcome.exitCode());
      assertTrue(outcome.err().contains(" is no network namespace: "), outcome::err);
    }
    assertFalse(Files.exists(directory.resolve("calls")));
  }

  @Test
  void statusTellsWhatThePluginTells() throws IOException {
    assertEquals(new Outcome(0, "", ""), weft("status", "blue"));
    Files.writeString(directory.resolve("fail"), "{\"code\": 50, \"msg\": \"no pool\"}");
    assertEquals(
        new Outcome(1, "", "weft: plugin notes failed STATUS: no pool (code 50)\n"),
        weft("status", "blue"));
  }

  @Test
  void versionIsOursOrThatOfEachPlugin() {
    assertEquals(new Outcome(0, "notes: 1.0.0, 1.1.0\n", ""), weft("version", "blue"));
    String own = weft("version").out();
    assertTrue(own.contains("CNI 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0"), own);
  }

  @Test
  void helpNamesEveryCommand() {
    StringWriter out = new StringWriter();
    assertEquals(0, Weft.run(new PrintWriter(out), new PrintWriter(out), "--help"));
    for (String command :
        List.of(
            "attach",
            "bench",
            "detach",
            "check",
            "gc",
            "status",
            "version",
            "install",
            "uninstall")) {
      assertTrue(out.toString().contains(command), out::toString);
    }
    assertFalse(out.toString().contains("Exception"), out::toString);
  }

  private Outcome weft(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Stream<String> places =
        arguments.length == 0
            ? Stream.of()
            : Stream.of(
                "--conf-dir=" + directory,
                "--bin-dir=" + directory,
                "--cache-dir=" + directory.resolve("cache"));
    int exitCode =
        Weft.run(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            Stream.concat(Arrays.stream(arguments), places).toArray(String[]::new));
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(directory.resolve("calls"));
  }

  private Json.Obj stdin(String verb) throws IOException {
    Json.Obj json =
        JsonText.readObject(Files.readAllBytes(directory.resolve("stdin." + verb)), "stdin");
    return new ConfigReader(json, "").object();
  }
}
