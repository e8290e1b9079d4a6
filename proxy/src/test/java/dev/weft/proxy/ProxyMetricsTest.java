package dev.weft.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.iptables.apply.Written;
import dev.weft.iptables.apply.Written.TableCount;
import dev.weft.net.IpFamily;
import dev.weft.pages.PrometheusText;
import dev.weft.proxy.FamilySync.Outcome;
import dev.weft.services.ObjectName;
import dev.weft.watch.ObjectEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ProxyMetricsTest {
  private static final Instant NOW = Instant.parse("2026-11-25T02:00:00Z");

  private static Outcome outcome(boolean full, int written) {
    return new Outcome(
        IpFamily.V4,
        Optional.of(new Written(full, List.of(new TableCount("nat", written, 40)), List.of())),
        "",
        3_000_000,
        2,
        500_000);
  }

  private static ServiceSync.Step step(Outcome outcome) {
    return new ServiceSync.Step(List.of(), List.of(outcome));
  }

  private static void assertHas(String page, String sample) {
    assertTrue(page.contains("\n" + sample + "\n"), () -> sample + " is not in\n" + page);
  }

  @Test
  void syncsAreToldUnderTheNamesThatDashboardsKnow() {
    ProxyMetrics metrics = new ProxyMetrics(RulesMode.IPTABLES);
    metrics.heard(List.of(new ObjectEvent.SliceGone(new ObjectName("a", "b"))), NOW);
    String before = metrics.write();
    assertHas(before, "kubeproxy_sync_proxy_rules_endpoint_changes_pending 1");
    metrics.done(step(outcome(true, 40)), List.of(), NOW);
    metrics.done(step(outcome(false, 7)), List.of(NOW.minusSeconds(2)), NOW);
    String page = metrics.write();
    String family = "{ip_family=\"IPv4\"}";
    assertHas(page, "kubeproxy_sync_proxy_rules_duration_seconds_count" + family + " 2");
    assertHas(page, "kubeproxy_sync_full_proxy_rules_duration_seconds_count" + family + " 1");
    assertHas(
        page, "kubeproxy_sync_partial_proxy_rules_duration_seconds_sum" + family + " 0.003000");
    assertHas(
        page,
        "kubeproxy_network_programming_duration_seconds_bucket{ip_family=\"IPv4\",le=\"2\"} 1");
    assertHas(page, "kubeproxy_sync_proxy_rules_endpoint_changes_total 1");
    assertHas(page, "kubeproxy_sync_proxy_rules_endpoint_changes_pending 0");
    assertHas(page, "kubeproxy_conntrack_reconciler_deleted_entries_total" + family + " 4");
    assertHas(
        page, "kubeproxy_sync_proxy_rules_iptables_total{ip_family=\"IPv4\",table=\"nat\"} 40");
    assertHas(page, "kubeproxy_sync_proxy_rules_iptables_last{ip_family=\"IPv4\",table=\"nat\"} 7");
  }

  @Test
  void failuresAreCounted() {
    ProxyMetrics metrics = new ProxyMetrics(RulesMode.NFTABLES);
    metrics.done(
        step(new Outcome(IpFamily.V6, Optional.empty(), "refused", 1, 0, 0)), List.of(), NOW);
    assertHas(
        metrics.write(),
        "kubeproxy_sync_proxy_rules_nftables_sync_failures_total{ip_family=\"IPv6\"} 1");
  }

  @Test
  void answersOfHealthPagesAreCounted() {
    ProxyMetrics metrics = new ProxyMetrics(RulesMode.IPTABLES);
    metrics.asked("healthz", 503);
    metrics.asked("healthz", 503);
    assertHas(metrics.write(), "kubeproxy_proxy_healthz_total{code=\"503\"} 2");
  }

  @Property
  void whatIsLongerThanABoundIsNotCountedUpToIt(
      @ForAll @LongRange(min = 0, max = 40_000_000_000L) long nanos) {
    Histogram histogram = new Histogram(Histogram.SYNC);
    histogram.add(nanos);
    PrometheusText text = new PrometheusText();
    histogram.writeTo(text, "h", "");
    for (long bound : Histogram.SYNC) {
      String sample = "h_bucket{" + PrometheusText.bound(bound) + "} ";
      assertEquals(
          nanos <= bound * 1000, text.toString().contains(sample + "1\n"), () -> sample + nanos);
    }
    assertTrue(text.toString().endsWith("h_count 1\n"));
  }
}
