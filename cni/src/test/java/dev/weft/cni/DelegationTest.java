package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpPrefix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Delegates get the same call by another verb, in this process or in their own. */
class DelegationTest {
  private static final String CONFIG =
      "{\"cniVersion\": \"1.1.0\",  \"name\": \"blue\", \"type\": \"probe\",\n\"ipam\": {\"x\": 1},"
          + " \"prevResult\": {}, \"cni.dev/valid-attachments\": []}";
  private static final Result LEASE =
      new Result(
          List.of(),
          List.of(new Result.Ip(IpPrefix.of("10.1.0.5/16"), Optional.empty(), OptionalInt.empty())),
          List.of(),
          Result.Dns.NONE);

  /** One call of a delegate's program. */
  private record Call(String verb, Map<String, String> environment, String stdin) {}

  @TempDir Path directory;
  private final List<Call> calls = new ArrayList<>();
  private final Calls.Probe main = new Calls.Probe();
  private final Calls.Probe lease = new Calls.Probe();
  private final Map<String, String> environment = new HashMap<>();
  private boolean ours;
  private BiFunction<String, String, Reply> program = (verb, stdin) -> new Reply(0, "{}", "");

  @BeforeEach
  void makePrograms() throws IOException {
    environment.put("CNI_CONTAINERID", "c1");
    environment.put("CNI_NETNS", "/run/netns/blue");
    environment.put("CNI_IFNAME", "eth0");
    environment.put("CNI_PATH", directory.toString());
    environment.put("TRACEPARENT", "00-1-2-03");
    for (String name : List.of("lease", "probe")) {
      Files.createFile(
          directory.resolve(name),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    lease.add = request -> LEASE;
    main.add = request -> request.delegates().add("lease");
  }

  @Test
  void whereNoneIsDelegatedToACallIsADefect() {
    IllegalStateException defect =
        assertThrows(IllegalStateException.class, () -> Delegates.NONE.gc("static"));
    assertEquals(
        "GC of plugin \"static\" is called where none is delegated to", defect.getMessage());
  }

  @Test
  void delegateGetsTheSameBytesAndVariablesButForTheVerb() {
    program =
        (verb, stdin) ->
            new Reply(0, verb.equals("ADD") ? "{\"ips\":[{\"address\":\"10.1.0.5/16\"}]}" : "", "");
    Map<String, String> given = Map.copyOf(environment);
    main.add =
        request -> {
          Delegates delegates = request.delegates();
          Result result = delegates.add("lease");
          delegates.check("lease");
          delegates.gc("lease");
          delegates.status("lease");
          delegates.del("lease");
          return result;
        };
    Reply reply = call("ADD");
    assertEquals(0, reply.exitCode(), reply::stdout);
    assertEquals(
        List.of("ADD", "CHECK", "GC", "STATUS", "DEL"), calls.stream().map(Call::verb).toList());
    for (Call call : calls) {
      Map<String, String> expected = new HashMap<>(given);
      expected.put("CNI_COMMAND", call.verb());
      assertEquals(expected, call.environment());
      assertEquals(CONFIG, call.stdin());
    }
  }

  @Test
  void delegateOfOursAnswersAsItWouldFromOutside() {
    program = (verb, stdin) -> run("lease", verb);
    Reply outside = call("ADD");
    ours = true;
    Reply inside = call("ADD");
    assertEquals(
        "{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.1.0.5/16\"}]}\n", inside.stdout());
    assertEquals(outside, inside);
    assertEquals(1, calls.size());
    assertEquals(List.of("ADD", "ADD"), lease.verbs);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void delegateThatFailsIsSentDelAndItsErrorIsOurs(boolean inProcess) {
    ours = inProcess;
    program = (verb, stdin) -> run("lease", verb);
    lease.add =
        request -> {
          throw new CniException(ErrorCode.ADDRESS_UNAVAILABLE, "the pool is full", "of 3");
        };
    Reply reply = call("ADD");
    assertEquals(ErrorCode.ADDRESS_UNAVAILABLE.number(), Calls.code(reply));
    assertEquals("the pool is full", Calls.message(reply));
    assertEquals("of 3", Calls.details(reply));
    assertEquals(List.of("ADD", "DEL"), lease.verbs);
  }

  @Test
  void delegateWhoseResultIsWrongIsSentDel() {
    program = (verb, stdin) -> new Reply(0, "{\"ips\":[{\"address\":\"x\"}]}", "");
    Reply reply = call("ADD");
    assertEquals(ErrorCode.DECODING_FAILURE.number(), Calls.code(reply));
    assertTrue(
        Calls.message(reply)
            .startsWith("the result of plugin \"lease\".ips[0].address is \"x\", but"),
        Calls.message(reply));
    assertEquals(List.of("ADD", "DEL"), calls.stream().map(Call::verb).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | {\"code\":11,\"msg\":\"later\"}          | 11  | later",
        "1 | {\"code\":4242,\"msg\":\"own\"}          | 4242 | own",
        "1 | {\"code\":0,\"msg\":\"x\"}  | 999 | plugin \"lease\" failed with exit code 1 without",
        "1 | {\"msg\":\"x\"}             | 999 | plugin \"lease\" failed with exit code 1 without",
        "2 | panic: at the disco         | 999 | plugin \"lease\" failed with exit code 2 without",
        "137 | ''                        | 999 | plugin \"lease\" failed with exit code 137 without",
        "0 | ''      | 6 | the result of plugin \"lease\" is empty, but should be JSON",
        "0 | hello   | 6 | the result of plugin \"lease\" is not JSON at line 1, column",
        "0 | []      | 6 | the result of plugin \"lease\" is a list, but should be an object",
        "0 | {\"cniVersion\":\"9\"} | 6 | the result of plugin \"lease\".cniVersion is \"9\", but",
      })
  void strangeAnswersGiveClearErrors(int exitCode, String stdout, int code, String message) {
    program = (verb, stdin) -> new Reply(exitCode, stdout, "trouble\n");
    environment.put("CNI_COMMAND", "STATUS");
    CniException refused =
        assertThrows(
            CniException.class,
            () ->
                PluginAnswer.of("lease", new Reply(exitCode, stdout, "trouble\n"))
                    .result(CniVersion.V1_1_0));
    assertEquals(code, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).startsWith(message), refused.getMessage());
    Reply reply = call("ADD");
    assertEquals(String.valueOf(refused.getMessage()), Calls.message(reply));
    assertEquals("trouble\ntrouble\n", reply.stderr());
  }

  @Test
  void failureWithoutReasonShowsTheLog() {
    program = (verb, stdin) -> new Reply(1, "", "disk on fire\n");
    Reply reply = call("ADD");
    assertTrue(Calls.details(reply).contains("disk on fire"), Calls.details(reply));
  }

  @Test
  void resultOfAnotherVersionIsConverted() {
    program =
        (verb, stdin) ->
            new Reply(
                0, "{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"10.1.0.5/16\"},\"dns\":{}}", "");
    assertEquals(
        "{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.1.0.5/16\"}]}\n",
        call("ADD").stdout());
  }

  @Test
  void programThatIsNowhereIsNotSentDel() {
    main.add = request -> request.delegates().add("leese");
    Reply reply = call("ADD");
    assertEquals(4, Calls.code(reply));
    assertTrue(Calls.message(reply).endsWith("looked in " + directory), Calls.message(reply));
    assertEquals("", Calls.details(reply));
    assertEquals(List.of(), calls);
  }

  @Test
  void pathIsNeededForADelegate() {
    environment.remove("CNI_PATH");
    Reply reply = call("ADD");
    assertEquals(4, Calls.code(reply));
    assertTrue(Calls.message(reply).startsWith("CNI_PATH is not set"), Calls.message(reply));
  }

  @Test
  void pluginCannotDelegateToItself() {
    ours = true;
    main.add = request -> request.delegates().add("probe");
    Reply reply = call("ADD");
    assertEquals(7, Calls.code(reply));
    assertTrue(Calls.message(reply).contains("itself"), Calls.message(reply));
  }

  @Test
  void whatADelegateLogsIsPassedOn() {
    program = (verb, stdin) -> new Reply(0, "{}", "looking around\n");
    Reply reply = call("ADD");
    assertEquals(new Reply(0, "{\"cniVersion\":\"1.1.0\"}\n", "looking around\n"), reply);
  }

  private Reply call(String verb) {
    return run("probe", verb);
  }

  private Reply run(String type, String verb) {
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("CNI_COMMAND", verb);
    return new PluginRunner(
            name ->
                switch (name) {
                  case "probe" -> Optional.of(main);
                  case "lease" -> Optional.of(lease);
                  default -> Optional.empty();
                },
            path -> NamespaceProbe.Finding.FOREIGN,
            path -> ours,
            this::start)
        .run(type, variables, StandardInput.of(CONFIG.getBytes(StandardCharsets.UTF_8)));
  }

  private Reply start(Path path, Map<String, String> variables, byte[] stdin) {
    assertEquals(directory.resolve("lease"), path);
    String verb = variables.getOrDefault("CNI_COMMAND", "");
    String input = new String(stdin, StandardCharsets.UTF_8);
    calls.add(new Call(verb, variables, input));
    return program.apply(verb, input);
  }
}
