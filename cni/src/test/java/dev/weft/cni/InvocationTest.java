package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call must bring along, and in which order it is looked at. */
class InvocationTest {
  private static final StandardInput BROKEN_INPUT =
      StandardInput.of(
          new InputStream() {
            @Override
            public int read() throws IOException {
              throw new IOException("no such luck");
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
              throw new IOException("no such luck");
            }
          });

  private final Calls calls = new Calls();

  @ParameterizedTest
  @ValueSource(strings = {"ADD", "DEL", "GC", "STATUS"})
  void everyVerbReachesThePlugin(String verb) {
    Reply reply =
        calls.call(
            verb,
            """
            {"cniVersion": "1.1.0", "name": "blue", "type": "probe",
             "cni.dev/valid-attachments": []}
            """);
    assertEquals(0, reply.exitCode(), reply::stdout);
    assertEquals(List.of(verb), calls.plugin.verbs);
  }

  @Test
  void unsetCommandTellsAboutThePlugin() {
    Reply reply = calls.without("CNI_COMMAND").run(BROKEN_INPUT);
    assertEquals(0, reply.exitCode());
    assertEquals("", reply.stdout());
    assertTrue(reply.stderr().contains("probe"), reply.stderr());
    assertTrue(reply.stderr().contains("0.1.0, 0.2.0"), reply.stderr());
  }

  @Test
  void emptyCommandCountsAsUnset() {
    assertEquals(0, calls.with("CNI_COMMAND", "").run(BROKEN_INPUT).exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"add", "Add", " ADD", "UPDATE", "ADD\n"})
  void unknownVerbIsRefused(String verb) {
    Reply reply = calls.call(verb, Calls.CONFIG);
    assertEquals(4, Calls.code(reply));
    assertTrue(Calls.message(reply).startsWith("CNI_COMMAND is "), Calls.message(reply));
  }

  @ParameterizedTest
  @CsvSource({
    "ADD, 'CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME'",
    "CHECK, 'CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME'",
    "DEL, 'CNI_CONTAINERID, CNI_IFNAME'",
    "GC, CNI_PATH"
  })
  void allMissingVariablesAreNamedInOneMessage(String verb, String names) {
    calls.environment.clear();
    Reply reply = calls.call(verb, BROKEN_INPUT);
    assertEquals(4, Calls.code(reply));
    assertTrue(Calls.message(reply).endsWith(": " + names), Calls.message(reply));
  }

  @Test
  void emptyVariableCountsAsUnset() {
    Reply reply = calls.with("CNI_IFNAME", "").call("ADD", Calls.CONFIG);
    assertEquals(4, Calls.code(reply));
    assertTrue(Calls.message(reply).endsWith(": CNI_IFNAME"), Calls.message(reply));
  }

  @ParameterizedTest
  @ValueSource(strings = {"STATUS", "VERSION"})
  void statusAndVersionNeedNoOtherVariable(String verb) {
    calls.environment.clear();
    assertEquals(0, calls.call(verb, Calls.CONFIG).exitCode());
  }

  @Test
  void variablesThatTheVerbDoesNotNeedAreNotLookedAt() {
    // As the reference runtime sends it: set, but of no meaning.
    calls.with("CNI_CONTAINERID", "..").with("CNI_IFNAME", "a/b").with("CNI_ARGS", "=");
    assertEquals(0, calls.call("STATUS", Calls.CONFIG).exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ADD", "DEL", "STATUS"})
  void pathMayBeAbsent(String verb) {
    assertEquals(0, calls.without("CNI_PATH").call(verb, Calls.CONFIG).exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "A.b_c-d", "0123456789abcdef0123456789abcdef"})
  void containerIdsOfTheAlphabetAreTaken(String id) {
    assertEquals(0, calls.with("CNI_CONTAINERID", id).call("ADD", Calls.CONFIG).exitCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".", "..", "-a", "_a", "a b", "a/b", "../../etc", "a\nb", "ä", "a;b", "$(id)"})
  void otherContainerIdsAreRefused(String id) {
    Reply reply = calls.with("CNI_CONTAINERID", id).call("ADD", Calls.CONFIG);
    assertEquals(4, Calls.code(reply));
    assertTrue(Calls.message(reply).startsWith("CNI_CONTAINERID is \""), Calls.message(reply));
    assertEquals(List.of(), calls.plugin.verbs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "eth0", "fifteen-bytes-x", "net1.100", "ü"})
  void interfaceNamesThatTheKernelTakesAreTaken(String name) {
    assertEquals(0, calls.with("CNI_IFNAME", name).call("ADD", Calls.CONFIG).exitCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".", "..", "a/b", "a:b", "a b", "a\tb", "sixteen-bytes-xy", "üüüüüüüü", " "})
  void otherInterfaceNamesAreRefused(String name) {
    Reply reply = calls.with("CNI_IFNAME", name).call("DEL", Calls.CONFIG);
    assertEquals(4, Calls.code(reply));
    assertTrue(Calls.message(reply).startsWith("CNI_IFNAME is \""), Calls.message(reply));
  }

  @Test
  void longNamesAreShortenedInTheMessage() {
    Reply reply = calls.with("CNI_CONTAINERID", "/".repeat(100_000)).call("ADD", Calls.CONFIG);
    assertTrue(Calls.message(reply).length() < 300, Calls.message(reply));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\": null}",
        "{\"name\": \"\"}",
        "{\"name\": \"a/b\"}",
        "{\"name\": \"..\"}",
        "{\"name\": \"-a\"}",
        "{\"name\": 7}"
      })
  void missingOrWrongNetworkNameIsRefused(String config) {
    Reply reply = calls.call("ADD", config);
    assertEquals(7, Calls.code(reply));
    assertTrue(Calls.message(reply).startsWith("name is "), Calls.message(reply));
  }

  @Test
  void environmentIsLookedAtBeforeTheInput() {
    assertEquals(4, Calls.code(calls.without("CNI_NETNS").call("ADD", BROKEN_INPUT)));
  }

  @Test
  void unreadableInputIsAnIoFailure() {
    Reply reply = calls.call("ADD", BROKEN_INPUT);
    assertEquals(5, Calls.code(reply));
    assertTrue(Calls.message(reply).contains("no such luck"), Calls.message(reply));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "{\"name\": \"blue\"} x", "\u0000"})
  void inputThatIsNoJsonObjectIsRefused(String config) {
    assertEquals(6, Calls.code(calls.call("ADD", config)));
  }

  @Test
  void nameIsLookedAtBeforeTheVersion() {
    assertEquals(7, Calls.code(calls.call("ADD", "{\"cniVersion\": \"9.9.9\"}")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"9.9.9", "1.1", "1.1.0 ", "v1.1.0", "0.3", "1.2.0"})
  void unsupportedVersionIsRefusedWithoutAnyWork(String version) {
    Reply reply = calls.call("ADD", "{\"name\": \"blue\", \"cniVersion\": \"" + version + "\"}");
    assertEquals(1, Calls.code(reply));
    assertTrue(Calls.message(reply).contains("\"" + version + "\""), Calls.message(reply));
    assertTrue(Calls.message(reply).contains("0.3.1, 0.4.0, 1.0.0, 1.1.0"), Calls.message(reply));
    assertEquals(List.of(), calls.plugin.verbs);
  }

  @Test
  void versionBeforeThePluginsOldestIsRefused() {
    calls.plugin.oldest = CniVersion.V0_4_0;
    Reply reply = calls.call("ADD", "{\"name\": \"blue\", \"cniVersion\": \"0.3.1\"}");
    assertEquals(1, Calls.code(reply));
  }

  @Test
  void missingVersionIsTheFirst() {
    assertEquals(0, calls.call("DEL", "{\"name\": \"blue\"}").exitCode());
    assertEquals(CniVersion.V0_1_0, calls.plugin.requests.getFirst().config().version());
  }

  @ParameterizedTest
  @CsvSource({
    "CHECK, 0.3.1, 1",
    "CHECK, 0.4.0, 0",
    "GC, 1.0.0, 1",
    "GC, 1.1.0, 0",
    "STATUS, 1.0.0, 1",
    "STATUS, 1.1.0, 0"
  })
  void verbsNeedTheVersionThatBroughtThem(String verb, String version, int exitCode) {
    Reply reply =
        calls.call(
            verb, "{\"name\": \"blue\", \"prevResult\": {}, \"cniVersion\": \"" + version + "\"}");
    assertEquals(exitCode, reply.exitCode(), reply::stdout);
    if (exitCode != 0) {
      assertEquals(1, Calls.code(reply));
      assertTrue(Calls.message(reply).contains(verb), Calls.message(reply));
    }
  }

  @Test
  void versionIsLookedAtBeforeTheNamespace() {
    calls.finding = NamespaceProbe.Finding.MISSING;
    assertEquals(1, Calls.code(calls.call("ADD", "{\"name\": \"blue\", \"cniVersion\": \"9\"}")));
  }

  @Test
  void unknownKeysAreHandedOn() {
    Reply reply = calls.call("DEL", "{\"cniVersion\": \"1.0.0\", \"name\": \"blue\", \"x\": [1]}");
    assertEquals(0, reply.exitCode());
    assertTrue(calls.plugin.requests.getFirst().config().json().has("x"));
  }

  @Test
  void keysMatchWithoutRegardToCase() {
    Reply reply =
        calls.call(
            "DEL",
            "{\"CNIVersion\": \"1.0.0\", \"Name\": \"blue\", \"RuntimeConfig\": {\"MAC\": \"x\"}}");
    assertEquals(0, reply.exitCode(), reply::stdout);
    NetworkConfig config = calls.plugin.requests.getFirst().config();
    assertEquals("blue", config.name());
    assertEquals(Optional.of("x"), config.runtimeConfig().string("mac"));
  }

  @Test
  void argumentsOfTheConfigurationAreFoundUnderCni() {
    calls.call("DEL", "{\"name\": \"blue\", \"args\": {\"cni\": {\"mac\": \"x\"}}}");
    assertEquals(Optional.of("x"), calls.plugin.requests.getFirst().config().args().string("mac"));
  }

  @Test
  void argumentsReachThePlugin() {
    calls.with("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=web-0;MAC=02:00:00:00:00:01");
    assertEquals(0, calls.call("ADD", Calls.CONFIG).exitCode());
    Request.Attach request = (Request.Attach) calls.plugin.requests.getFirst();
    assertEquals(Optional.of("02:00:00:00:00:01"), request.args().get("MAC"));
  }

  @Test
  void unknownArgumentIsRefusedUnlessTheCallerIgnoresIt() {
    calls.with("CNI_ARGS", "COLOUR=red");
    Reply reply = calls.call("ADD", Calls.CONFIG);
    assertEquals(4, Calls.code(reply));
    assertTrue(Calls.message(reply).contains("\"COLOUR\""), Calls.message(reply));
  }

  @Test
  void pluginWithoutArgumentsDoesNotLookAtThem() {
    calls.plugin.keys = Optional.empty();
    assertEquals(0, calls.with("CNI_ARGS", "==;=").call("ADD", Calls.CONFIG).exitCode());
  }

  @Test
  void programThatHoldsNoSuchPluginSaysSo() {
    Reply reply =
        new PluginRunner(
                type -> Optional.empty(),
                path -> NamespaceProbe.Finding.FOREIGN,
                program -> false,
                (program, environment, stdin) -> {
                  throw new AssertionError(program + " was run");
                })
            .run("brigde", Map.of("CNI_COMMAND", "ADD"), BROKEN_INPUT);
    assertEquals(4, Calls.code(reply));
    assertTrue(Calls.message(reply).contains("\"brigde\""), Calls.message(reply));
  }
}
