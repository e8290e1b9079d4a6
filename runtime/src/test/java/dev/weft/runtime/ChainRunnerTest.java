package dev.weft.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.PluginPath;
import dev.weft.cni.Reply;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain's plugins get what the specification and the reference library give them. */
class ChainRunnerTest {
  private static final String LIST =
      """
      {"cniVersion": "1.1.0", "name": "blue", "plugins": [
        {"type": "first", "x": 1, "capabilities": {"mac": true, "bandwidth": false}},
        {"type": "second", "capabilities": {"portMappings": true}}]}
      """;
  private static final String FIRST_RESULT =
      "{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.1.0.5/16\"}]}";
  private static final String LAST_RESULT =
      "{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.1.0.6/16\"}]}";

  @TempDir Path directory;
  private final List<String> calls = new ArrayList<>();
  private final List<Map<String, String>> environments = new ArrayList<>();
  private final List<Json.Obj> configs = new ArrayList<>();
  private final Map<String, Reply> replies = new HashMap<>();
  private final StringBuilder log = new StringBuilder();

  @BeforeEach
  void makePrograms() throws IOException {
    for (String name : List.of("first", "second")) {
      Files.createFile(
          directory.resolve(name),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    replies.put("ADD first", new Reply(0, FIRST_RESULT, "first speaks\n"));
    replies.put("ADD second", new Reply(0, LAST_RESULT, ""));
  }

  @Test
  void addGoesForwardsWithTheResultOfTheOneBefore() {
    assertEquals(LAST_RESULT, JsonText.write(runner().add(list(LIST), endpoint())));
    assertEquals(List.of("ADD first", "ADD second"), calls);
    assertEquals(
        json(
            """
            {"type": "first", "x": 1, "capabilities": {"mac": true, "bandwidth": false},
             "name": "blue", "cniVersion": "1.1.0",
             "runtimeConfig": {"mac": "02:00:00:00:00:01"}}
            """),
        configs.getFirst());
    assertEquals(
        json(
            """
            {"type": "second", "capabilities": {"portMappings": true},
             "name": "blue", "cniVersion": "1.1.0", "prevResult": %s}
            """
                .formatted(FIRST_RESULT)),
        configs.getLast());
    assertEquals(
        Map.of(
            "CNI_COMMAND", "ADD",
            "CNI_CONTAINERID", "c1",
            "CNI_NETNS", "/run/netns/blue",
            "CNI_IFNAME", "eth0",
            "CNI_ARGS", "IgnoreUnknown=1;IP=10.1.0.5",
            "CNI_PATH", directory.toString(),
            "HOME", "/root"),
        environments.getFirst());
    assertEquals("first speaks\n", log.toString());
  }

  @Test
  void delGoesBackwardsWithTheLastResultAndForgets() {
    runner().add(list(LIST), endpoint());
    calls.clear();
    runner().del(list(LIST), endpoint());
    assertEquals(List.of("DEL second", "DEL first"), calls);
    assertEquals(Optional.of(json(LAST_RESULT)), configs.getLast().find("prevResult"));
    assertEquals(List.of(), cache().attachments("blue"));
  }

  @Test
  void delOfWhatIsNotRememberedHasNoPreviousResult() {
    runner().del(list(LIST), endpoint());
    assertEquals(List.of("DEL second", "DEL first"), calls);
    assertEquals(Optional.empty(), configs.getLast().find("prevResult"));
  }

  @Test
  void delBeforeVersionZeroFourHasNoPreviousResult() {
    NetworkList old = list(LIST.replace("1.1.0", "0.3.1"));
    replies.put("ADD first", new Reply(0, FIRST_RESULT.replace("1.1.0", "0.3.1"), ""));
    replies.put("ADD second", new Reply(0, FIRST_RESULT.replace("1.1.0", "0.3.1"), ""));
    runner().add(old, endpoint());
    runner().del(old, endpoint());
    assertEquals(Optional.empty(), configs.getLast().find("prevResult"));
  }

  @Test
  void failedDelIsRememberedForTheNext() {
    runner().add(list(LIST), endpoint());
    replies.put("DEL second", new Reply(1, "{\"code\": 11, \"msg\": \"later\"}", ""));
    CniException failure =
        assertThrows(CniException.class, () -> runner().del(list(LIST), endpoint()));
    assertEquals(11, failure.code());
    assertEquals("plugin second failed DEL: later", failure.getMessage());
    assertEquals(1, cache().attachments("blue").size());
  }

  @Test
  void failedAddIsUndoneBackwards() {
    replies.put("ADD second", new Reply(1, "{\"code\": 100, \"msg\": \"full\"}", ""));
    CniException failure =
        assertThrows(CniException.class, () -> runner().add(list(LIST), endpoint()));
    assertEquals(100, failure.code());
    assertEquals(List.of("ADD first", "ADD second", "DEL second", "DEL first"), calls);
    assertEquals(List.of(), cache().attachments("blue"));
  }

  @Test
  void secondAddOfTheSameLeavesTheFirstAlone() {
    runner().add(list(LIST), endpoint());
    calls.clear();
    assertThrows(CniException.class, () -> runner().add(list(LIST), endpoint()));
    assertEquals(List.of(), calls);
  }

  @Test
  void resultIsConvertedToTheListsVersion() {
    replies.put(
        "ADD second",
        new Reply(0, "{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"10.1.0.6/16\"}}", ""));
    assertEquals(LAST_RESULT, JsonText.write(runner().add(list(LIST), endpoint())));
  }

  @Test
  void checkCarriesTheLastResult() {
    runner().add(list(LIST), endpoint());
    calls.clear();
    runner().check(list(LIST), endpoint());
    assertEquals(List.of("CHECK first", "CHECK second"), calls);
    assertEquals(Optional.of(json(LAST_RESULT)), configs.getLast().find("prevResult"));
  }

  @Test
  void checkNeedsAVersionThatHasItAndAnAttachment() {
    assertEquals(
        ErrorCode.INCOMPATIBLE_VERSION.number(),
        assertThrows(
                CniException.class,
                () -> runner().check(list(LIST.replace("1.1.0", "0.3.1")), endpoint()))
            .code());
    assertEquals(
        ErrorCode.UNKNOWN_CONTAINER.number(),
        assertThrows(CniException.class, () -> runner().check(list(LIST), endpoint())).code());
  }

  @Test
  void disabledCheckAndGcReachNoPlugin() {
    NetworkList silent =
        list(LIST.replace("\"name\"", "\"disableCheck\": true, \"disableGC\": true, \"name\""));
    runner().add(silent, endpoint());
    calls.clear();
    runner().check(silent, endpoint());
    runner().gc(silent, Set.of());
    assertEquals(List.of(), calls);
  }

  @Test
  void gcDetachesWhatIsNotValidAndTellsWhatIs() {
    Attachment kept = new Attachment("c2", "eth0");
    runner().add(list(LIST), endpoint());
    runner().add(list(LIST), endpoint(kept));
    calls.clear();
    runner().gc(list(LIST), Set.of(kept));
    assertEquals(List.of("DEL second", "DEL first", "GC first", "GC second"), calls);
    assertEquals(
        json(
            """
            {"type": "second", "capabilities": {"portMappings": true},
             "name": "blue", "cniVersion": "1.1.0",
             "cni.dev/valid-attachments": [{"containerID": "c2", "ifname": "eth0"}]}
            """),
        configs.getLast());
    assertEquals("", environments.getLast().get("CNI_CONTAINERID"));
    assertEquals(1, cache().attachments("blue").size());
  }

  @Test
  void gcGoesOnAfterErrorsAndTellsAll() {
    replies.put("GC first", new Reply(1, "{\"code\": 11, \"msg\": \"one\"}", ""));
    replies.put("GC second", new Reply(1, "{\"code\": 12, \"msg\": \"two\"}", ""));
    CniException failure =
        assertThrows(CniException.class, () -> runner().gc(list(LIST), Set.of()));
    assertEquals(11, failure.code());
    assertEquals("plugin second failed GC: two", failure.getSuppressed()[0].getMessage());
  }

  @Test
  void statusStopsAtTheFirstErrorAndOlderListsCannotAsk() {
    replies.put("STATUS first", new Reply(1, "{\"code\": 50, \"msg\": \"no pool\"}", ""));
    assertEquals(50, assertThrows(CniException.class, () -> runner().status(list(LIST))).code());
    assertEquals(List.of("STATUS first"), calls);
    runner().status(list(LIST.replace("1.1.0", "1.0.0")));
    assertEquals(List.of("STATUS first"), calls);
  }

  @Test
  void versionsAreThoseThatThePluginsName() {
    replies.put("VERSION first", new Reply(0, "{\"supportedVersions\": [\"1.0.0\"]}", ""));
    replies.put("VERSION second", new Reply(0, "{\"supportedVersions\": [\"1.1.0\"]}", ""));
    assertEquals(
        Map.of("first", List.of("1.0.0"), "second", List.of("1.1.0")),
        runner().versions(list(LIST)));
  }

  @Test
  void missingProgramIsNamedBeforeAnythingIsMade() throws IOException {
    Files.delete(directory.resolve("second"));
    CniException failure =
        assertThrows(CniException.class, () -> runner().add(list(LIST), endpoint()));
    assertTrue(String.valueOf(failure.getMessage()).startsWith("plugin \"second\" is in no"));
    assertEquals(List.of(), calls);
  }

  @Test
  void failureOfAnUndoStopsNoOther() {
    replies.put("ADD second", new Reply(1, "{\"code\": 100, \"msg\": \"full\"}", ""));
    replies.put("DEL second", new Reply(1, "{\"code\": 11, \"msg\": \"later\"}", ""));
    CniException failure =
        assertThrows(CniException.class, () -> runner().add(list(LIST), endpoint()));
    assertEquals(List.of("ADD first", "ADD second", "DEL second", "DEL first"), calls);
    assertEquals("plugin second failed DEL: later", failure.getSuppressed()[0].getMessage());
  }

  private ChainRunner runner() {
    return new ChainRunner(
        new PluginPath(List.of(directory.toString())),
        (program, variables, stdin) -> {
          String call = variables.get("CNI_COMMAND") + " " + program.getFileName();
          calls.add(call);
          environments.add(Map.copyOf(variables));
          configs.add(JsonText.readObject(stdin, call));
          return replies.getOrDefault(call, new Reply(0, "", ""));
        },
        cache(),
        Map.of("HOME", "/root"),
        log::append);
  }

  private ResultCache cache() {
    return new ResultCache(directory.resolve("cache"));
  }

  private static Endpoint endpoint() {
    return endpoint(new Attachment("c1", "eth0"));
  }

  private static Endpoint endpoint(Attachment attachment) {
    Map<String, String> args = new LinkedHashMap<>();
    args.put("IgnoreUnknown", "1");
    args.put("IP", "10.1.0.5");
    return new Endpoint(
        attachment,
        "/run/netns/blue",
        args,
        json("{\"mac\": \"02:00:00:00:00:01\", \"bandwidth\": {}, \"dns\": {}}"));
  }

  private static NetworkList list(String text) {
    return NetworkList.of(json(text), "the list");
  }

  private static Json.Obj json(String text) {
    return JsonText.readObject(text.getBytes(StandardCharsets.UTF_8), "the text");
  }
}
