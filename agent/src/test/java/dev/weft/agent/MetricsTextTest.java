package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.pending.OwedDeletes;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The metrics, as Prometheus reads them. */
class MetricsTextTest {
  private static final Pattern LINE = Pattern.compile("([a-z_]+)(?:\\{(.*)})? (-?[0-9.]+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");

  private final Map<String, String> types = new HashMap<>();
  private final Map<String, BigDecimal> samples = new LinkedHashMap<>();

  /** Reads a page as strictly as the format's description, and says twice or untyped is wrong. */
  private void read(String page) {
    assertTrue(page.endsWith("\n"), page);
    String helped = "";
    for (String line : page.lines().toList()) {
      if (line.startsWith("# HELP ")) {
        helped = line.split(" ", -1)[2];
      } else if (line.startsWith("# TYPE ")) {
        String[] words = line.split(" ", -1);
        assertEquals(helped, words[2], "HELP stands before TYPE");
        assertNull(types.put(words[2], words[3]), line);
      } else {
        Matcher sample = LINE.matcher(line);
        assertTrue(sample.matches(), line);
        String name = sample.group(1);
        String family =
            types.containsKey(name) ? name : name.replaceFirst("_(bucket|sum|count)$", "");
        assertNotNull(types.get(family), line);
        assertEquals(helped, family, "a family stands together");
        Map<String, String> labels = labels(sample.group(2) == null ? "" : sample.group(2));
        assertNull(samples.put(name + labels, new BigDecimal(sample.group(3))), line);
      }
    }
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new TreeMap<>();
    Matcher label = LABEL.matcher(text);
    int end = 0;
    while (end < text.length() && label.find(end)) {
      assertEquals(end, label.start(), text);
      labels.put(
          label.group(1),
          label.group(2).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\"));
      end = label.end();
    }
    assertEquals(text.length(), end, text);
    return labels;
  }

  private void assertSample(String value, String name) {
    BigDecimal found = samples.get(name);
    assertNotNull(found, () -> name + " is not among " + samples.keySet());
    assertEquals(0, new BigDecimal(value).compareTo(found), name + " is " + found);
  }

  @Test
  void figuresOfTheAgentAreThere() {
    read(MetricsText.write(AgentStatuses.busy()));
    assertSample("1", "weft_agent_info{version=1.2 \"x\\y\"}");
    assertSample("1", "weft_agent_ready{}");
    assertSample("3", "weft_agent_connections{}");
    assertSample("1", "weft_agent_calls_waiting{}");
    assertSample("2", "weft_agent_calls_working{}");
    assertSample("5", "weft_agent_calls_declined_total{}");
    assertSample("1", "weft_agent_calls_refused_total{}");
    assertSample("1", "weft_agent_calls_abandoned_total{}");
    assertSample("12", "weft_pending_deletes{}");
    assertSample("24", "weft_agent_threads{}");
    assertSample("7000000", "weft_agent_heap_bytes{}");
    assertSample("80000000", "process_resident_memory_bytes{}");
    assertSample("42", "process_open_fds{}");
    assertSample("1.5", "process_cpu_seconds_total{}");
    assertSample("1795551137.25", "process_start_time_seconds{}");
  }

  @Test
  void operationsAreHistograms() {
    read(MetricsText.write(AgentStatuses.busy()));
    String duration = "weft_agent_operation_duration_seconds";
    String add = "plugin=bridge, verb=ADD";
    assertEquals("histogram", types.get(duration));
    assertSample("3", duration + "_count{" + add + "}");
    assertSample("0.006", duration + "_sum{" + add + "}");
    assertSample("0", duration + "_bucket{le=0.001, " + add + "}");
    assertSample("3", duration + "_bucket{le=0.0025, " + add + "}");
    assertSample("3", duration + "_bucket{le=60, " + add + "}");
    assertSample("3", duration + "_bucket{le=+Inf, " + add + "}");
    assertSample("3", "weft_agent_operation_wait_seconds_bucket{le=0.001, " + add + "}");
    assertSample("1", "weft_agent_operations_failed_total{code=100, plugin=bridge, verb=ADD}");
    assertSample("1", "weft_agent_operations_failed_total{code=5, plugin=host-local, verb=DEL}");
  }

  @Test
  void whatHasNotHappenedIsStillAFamily() {
    AgentStatus busy = AgentStatuses.busy();
    read(
        MetricsText.write(
            new AgentStatus(
                Life.Phase.STARTING,
                busy.version(),
                busy.pid(),
                busy.began(),
                0,
                busy.load(),
                new CallStatistics().snapshot(),
                new OwedDeletes(0, List.of()),
                busy.process())));
    assertSample("0", "weft_agent_ready{}");
    assertSample("0", "weft_agent_calls_refused_total{}");
    assertSample("0", "weft_pending_deletes{}");
    assertEquals("counter", types.get("weft_agent_operations_failed_total"));
    assertEquals("histogram", types.get("weft_agent_operation_wait_seconds"));
  }
}
