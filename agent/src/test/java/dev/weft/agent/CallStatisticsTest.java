package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Calls are counted by plugin, verb and code, whoever asks for whatever. */
class CallStatisticsTest {
  private final CallStatistics statistics = new CallStatistics();

  @Test
  void callsAreCountedByPluginAndVerb() {
    statistics.served(ServedCalls.good("host-local", "DEL"));
    statistics.served(ServedCalls.good("bridge", "DEL"));
    statistics.served(ServedCalls.good("bridge", "ADD"));
    statistics.served(ServedCalls.good("bridge", "ADD"));
    assertEquals(List.of("bridge ADD 2", "bridge DEL 1", "host-local DEL 1"), counted());
    CallStatistics.Operation add = statistics.snapshot().operations().getFirst();
    assertEquals(2_000_000, add.took().longestNanos());
    assertEquals(1_000_000, add.waited().longestNanos());
    assertEquals(0, add.failed());
  }

  @Test
  void failuresAreCountedByCode() {
    statistics.served(ServedCalls.failed("bridge", "ADD", ErrorCode.ADDRESS_UNAVAILABLE, "full"));
    statistics.served(ServedCalls.failed("bridge", "ADD", ErrorCode.TRY_AGAIN_LATER, "busy"));
    statistics.served(ServedCalls.failed("bridge", "ADD", ErrorCode.ADDRESS_UNAVAILABLE, "full"));
    statistics.served(ServedCalls.good("bridge", "ADD"));
    CallStatistics.Operation add = statistics.snapshot().operations().getFirst();
    assertEquals(Map.of(11, 1L, 100, 2L), add.errors());
    assertEquals(3, add.failed());
    assertEquals(4, add.took().number());
  }

  @Test
  void anAnswerThatIsNoErrorObjectIsADefect() {
    for (String answer : List.of("", "no JSON", "[]", "{}", "{\"code\":\"seven\"}")) {
      statistics.served(ServedCalls.of("bridge", "CHECK", "{}", new Reply(1, answer, "")));
    }
    assertEquals(Map.of(999, 5L), statistics.snapshot().operations().getFirst().errors());
  }

  @Test
  void wordsThatAreNoNamesAreCountedTogether() {
    statistics.served(ServedCalls.good("bridge", "add"));
    statistics.served(ServedCalls.good("bridge", ""));
    statistics.served(ServedCalls.good("a\"b\n", "ADD"));
    statistics.served(ServedCalls.good("", "ADD"));
    statistics.served(ServedCalls.good("x".repeat(33), "ADD"));
    assertEquals(List.of("bridge other 2", "other ADD 3"), counted());
  }

  @Test
  void anyNumberOfNamesTakesLittleMemory() {
    for (int i = 0; i < 1000; i++) {
      statistics.served(ServedCalls.good("plugin-" + i, "ADD"));
    }
    List<String> counted = counted();
    assertEquals(65, counted.size());
    assertTrue(counted.contains("other other 936"), counted::toString);
  }

  @Test
  void whatWasNotServedIsCounted() {
    statistics.declined();
    statistics.refused();
    statistics.refused();
    for (int i = 0; i < 3; i++) {
      statistics.abandoned();
    }
    assertEquals(new CallStatistics.Snapshot(List.of(), 1, 2, 3), statistics.snapshot());
  }

  private List<String> counted() {
    return statistics.snapshot().operations().stream()
        .map(each -> each.plugin() + " " + each.verb() + " " + each.took().number())
        .toList();
  }
}
