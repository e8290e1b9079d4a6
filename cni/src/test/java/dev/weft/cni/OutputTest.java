package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call prints: the result and nothing else, or one error object. */
class OutputTest {
  private static final String PREVIOUS_OF_ANOTHER_ERA =
      """
      {"cniVersion": "1.0.0", "name": "blue", "prevResult": {"cniVersion": "0.4.0"}}
      """;

  private static final String PREVIOUS =
      """
      {"cniVersion": "1.1.0", "name": "blue", "cni.dev/valid-attachments": null,
       "prevResult": {"ips": [{"address": "10.1.0.5/16"}]}}
      """;
  private static final Result ONE_ADDRESS =
      new Result(
          List.of(),
          List.of(new Result.Ip(IpPrefix.of("10.1.0.5/16"), Optional.empty(), OptionalInt.empty())),
          List.of(),
          Result.Dns.NONE);

  private final Calls calls = new Calls();

  @Test
  void addPrintsTheResultInTheVersionOfTheConfiguration() {
    calls.plugin.add = request -> ONE_ADDRESS;
    assertEquals(
        "{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"10.1.0.5/16\"},\"dns\":{}}\n",
        calls.call("ADD", "{\"cniVersion\": \"0.2.0\", \"name\": \"blue\"}").stdout());
    assertEquals(
        "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.1.0.5/16\"}]}\n",
        calls.call("ADD", "{\"cniVersion\": \"1.0.0\", \"name\": \"blue\"}").stdout());
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEL", "CHECK", "GC", "STATUS"})
  void otherVerbsPrintNothing(String verb) {
    assertEquals(new Reply(0, "", ""), calls.call(verb, PREVIOUS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEL", "CHECK", "GC", "STATUS"})
  void failureIsOneErrorObject(String verb) {
    calls.plugin.others =
        () -> {
          throw new CniException(ErrorCode.NOT_AVAILABLE, "the pool is full", "65536 of 65536");
        };
    assertEquals(
        new Reply(
            1,
            "{\"cniVersion\":\"1.1.0\",\"code\":50,\"msg\":\"the pool is full\","
                + "\"details\":\"65536 of 65536\"}\n",
            ""),
        calls.call(verb, PREVIOUS));
  }

  @Test
  void errorBeforeTheVersionIsKnownIsInTheNewest() {
    assertEquals("1.1.0", Calls.text(calls.call("ADD", "{"), "cniVersion"));
    assertEquals("1.1.0", Calls.text(calls.call("ADD", "{\"cniVersion\": \"7\"}"), "cniVersion"));
  }

  @Test
  void errorIsInTheVersionOfTheConfigurationAsSoonAsItIsKnown() {
    Reply reply = calls.call("ADD", "{\"cniVersion\": \"0.3.1\", \"name\": \"..\"}");
    assertEquals("0.3.1", Calls.text(reply, "cniVersion"));
  }

  @Test
  void unforeseenFailureIsInternalAndSaysWhere() {
    calls.plugin.others =
        () -> {
          throw new IllegalStateException("the roof is on fire");
        };
    Reply reply = calls.call("DEL", PREVIOUS);
    assertEquals(999, Calls.code(reply));
    assertTrue(Calls.message(reply).contains("the roof is on fire"), Calls.message(reply));
    assertTrue(Calls.details(reply).contains("OutputTest"), Calls.details(reply));
    assertFalse(reply.stdout().contains("\\n"), reply.stdout());
  }

  @Test
  void anErrorOfSeveralLinesIsToldInOne() {
    calls.plugin.others =
        () -> {
          CniException failure =
              new CniException(
                  ErrorCode.KERNEL_REFUSED, "nft cannot be run: \r\n  - why\n", "see\n\tthere");
          failure.addSuppressed(new IllegalStateException("not\nundone"));
          throw failure;
        };
    Reply reply = calls.call("DEL", PREVIOUS);
    assertEquals("nft cannot be run: - why", Calls.message(reply));
    assertEquals(
        "see there; and then: java.lang.IllegalStateException: not undone", Calls.details(reply));
  }

  @Test
  void evenAnErrorOfTheMachineIsAnErrorObject() {
    calls.plugin.others =
        () -> {
          throw new UnsatisfiedLinkError("no libjffi");
        };
    assertEquals(999, Calls.code(calls.call("DEL", PREVIOUS)));
  }

  @Test
  void whatCouldNotBeUndoneIsToldInTheDetails() {
    calls.plugin.add =
        request -> {
          try (Rollback rollback = new Rollback()) {
            rollback.onFailure(
                () -> {
                  throw new CniException(ErrorCode.KERNEL_REFUSED, "the link cannot be deleted");
                });
            throw new CniException(ErrorCode.KERNEL_REFUSED, "the address is taken");
          }
        };
    Reply reply = calls.call("ADD", Calls.CONFIG);
    assertEquals("the address is taken", Calls.message(reply));
    assertEquals("and then: the link cannot be deleted", Calls.details(reply));
  }

  @Test
  void resultThatTheVersionCannotExpressIsUndone() {
    Reply reply = calls.call("ADD", "{\"cniVersion\": \"0.2.0\", \"name\": \"blue\"}");
    assertEquals(1, Calls.code(reply));
    assertTrue(Calls.message(reply).contains("no address"), Calls.message(reply));
    assertEquals(List.of("ADD", "DEL"), calls.plugin.verbs);
  }

  @Test
  void checkNeedsThePreviousResult() {
    Reply reply = calls.call("CHECK", Calls.CONFIG);
    assertEquals(7, Calls.code(reply));
    assertTrue(Calls.message(reply).startsWith("prevResult is missing"), Calls.message(reply));
  }

  @Test
  void previousResultWithoutVersionHasThatOfTheConfiguration() {
    calls.call("CHECK", PREVIOUS);
    assertEquals(Optional.of(ONE_ADDRESS), calls.plugin.requests.getFirst().config().prevResult());
  }

  @Test
  void previousResultOfAnotherErasVersionIsRefused() {
    Reply reply = calls.call("CHECK", PREVIOUS_OF_ANOTHER_ERA);
    assertEquals(7, Calls.code(reply));
    assertTrue(
        Calls.message(reply).startsWith("prevResult.cniVersion is \"0.4.0\""),
        Calls.message(reply));
  }

  @Test
  void delGoesOnWithoutAPreviousResultThatCannotBeRead() {
    assertEquals(0, calls.call("DEL", PREVIOUS_OF_ANOTHER_ERA).exitCode());
    assertEquals(Optional.empty(), calls.plugin.requests.getFirst().config().prevResult());
  }

  @Test
  void previousResultOfTheSameErasVersionIsTaken() {
    Reply reply =
        calls.call(
            "DEL",
            """
            {"cniVersion": "0.3.1", "name": "blue", "prevResult": {"cniVersion": "0.4.0"}}
            """);
    assertEquals(0, reply.exitCode(), reply::stdout);
  }

  @Test
  void gcHandsOverTheValidAttachments() {
    calls.call(
        "GC",
        """
        {"cniVersion": "1.1.0", "name": "blue",
         "cni.dev/attachments": [{"containerID": "old", "ifname": "eth0"}],
         "cni.dev/valid-attachments": [{"containerID": "c1", "ifname": "eth0"},
                                       {"containerID": "c1", "ifname": "net1"}]}
        """);
    assertEquals(
        Optional.of(Set.of(new Attachment("c1", "eth0"), new Attachment("c1", "net1"))),
        calls.plugin.valid);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]"})
  void gcTakesNullForAnEmptyList(String list) {
    calls.call(
        "GC",
        "{\"cniVersion\": \"1.1.0\", \"name\": \"blue\", \"cni.dev/valid-attachments\": "
            + list
            + "}");
    assertEquals(Optional.of(Set.of()), calls.plugin.valid);
  }

  @Test
  void gcWithoutAListRemovesNothing() {
    Reply reply = calls.call("GC", Calls.CONFIG);
    assertEquals(0, reply.exitCode());
    assertEquals("", reply.stdout());
    assertTrue(reply.stderr().contains("cni.dev/valid-attachments"), reply.stderr());
    assertEquals(List.of(), calls.plugin.verbs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[1]", "[{}]", "[{\"containerID\": \"c1\"}]", "\"c1\""})
  void gcRefusesAListThatIsNone(String list) {
    Reply reply =
        calls.call(
            "GC",
            "{\"cniVersion\": \"1.1.0\", \"name\": \"blue\", \"cni.dev/valid-attachments\": "
                + list
                + "}");
    assertEquals(7, Calls.code(reply));
    assertTrue(Calls.message(reply).startsWith("cni.dev/valid-attachments"), Calls.message(reply));
    assertEquals(List.of(), calls.plugin.verbs);
  }
}
