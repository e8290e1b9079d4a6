package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.NamespaceProbe.Finding;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No plugin works on a namespace that is not the container's. */
class NamespaceCheckTest {
  private static final String CONFIG =
      """
      {"cniVersion": "1.1.0", "name": "blue", "prevResult": {"cniVersion": "1.1.0"}}
      """;

  private final Calls calls = new Calls();

  @ParameterizedTest
  @CsvSource({
    "ADD, MISSING",
    "ADD, NOT_A_NAMESPACE",
    "ADD, OWN",
    "CHECK, MISSING",
    "CHECK, NOT_A_NAMESPACE",
    "CHECK, OWN",
    "DEL, OWN"
  })
  void wrongNamespaceIsRefusedBeforeAnyWork(String verb, Finding finding) {
    calls.finding = finding;
    Reply reply = calls.call(verb, CONFIG);
    assertEquals(8, Calls.code(reply));
    assertTrue(
        Calls.message(reply).startsWith("CNI_NETNS \"/run/netns/blue\" "), Calls.message(reply));
    assertEquals(List.of(), calls.plugin.verbs);
  }

  @ParameterizedTest
  @EnumSource(names = {"MISSING", "NOT_A_NAMESPACE"})
  void delOfANamespaceThatIsGoneGoesOnWithoutIt(Finding finding) {
    calls.finding = finding;
    assertEquals(0, calls.call("DEL", CONFIG).exitCode());
    assertEquals(Optional.empty(), ((Request.Detach) calls.plugin.requests.getFirst()).netns());
  }

  @Test
  void delWithoutNamespaceIsServed() {
    calls.finding = Finding.OWN;
    assertEquals(0, calls.with("CNI_NETNS", "").call("DEL", CONFIG).exitCode());
    assertEquals(Optional.empty(), ((Request.Detach) calls.plugin.requests.getFirst()).netns());
  }

  @ParameterizedTest
  @EnumSource
  void aPluginThatEntersNoneTakesAnyNamespace(Finding finding) {
    calls.plugin.entersNamespace = false;
    calls.finding = finding;
    assertEquals(0, calls.call("ADD", CONFIG).exitCode());
    assertEquals(0, calls.call("CHECK", CONFIG).exitCode());
    assertEquals(0, calls.call("DEL", CONFIG).exitCode());
    assertEquals(List.of("ADD", "CHECK", "DEL"), calls.plugin.verbs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "TRUE", "True"})
  void ownNamespaceIsTakenIfTheCallerInsists(String override) {
    calls.finding = Finding.OWN;
    calls.with("CNI_NETNS_OVERRIDE", override);
    assertEquals(0, calls.call("ADD", CONFIG).exitCode());
    assertEquals(0, calls.call("DEL", CONFIG).exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "yes", "false"})
  void otherOverridesCountForNothing(String override) {
    calls.finding = Finding.OWN;
    calls.with("CNI_NETNS_OVERRIDE", override);
    assertEquals(8, Calls.code(calls.call("ADD", CONFIG)));
  }

  @Test
  void pathIsHandedOnAsItWasGiven() {
    calls.with("CNI_NETNS", "/proc/17/../17/ns/net");
    calls.call("ADD", CONFIG);
    assertEquals(
        "/proc/17/../17/ns/net", ((Request.Attach) calls.plugin.requests.getFirst()).netns());
  }
}
