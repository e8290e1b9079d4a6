package dev.weft.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpFamily;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProxyHealthTest {
  private static final Instant START = Instant.parse("2026-11-25T02:00:00Z");

  private final ProxyHealth health = new ProxyHealth(Duration.ofSeconds(30));

  private static Instant after(int seconds) {
    return START.plusSeconds(seconds);
  }

  @Test
  void whoHasNothingToDoIsHealthy() {
    assertTrue(health.status(after(100_000)).healthy());
    assertEquals(after(5), health.status(after(5)).lastUpdated());
  }

  @Test
  void aChangeMayWaitTwoPeriodsInEachFamily() {
    health.heard(START);
    health.heard(after(50));
    health.updated(IpFamily.V4, after(50));
    assertTrue(health.status(after(59)).healthy());
    assertFalse(health.status(after(60)).healthy(), "of the other family, the first counts");
    health.updated(IpFamily.V6, after(61));
    assertTrue(health.status(after(62)).healthy());
  }

  @Test
  void aNodeThatIsToGoIsHealthyButNotEligible() {
    assertTrue(health.status(START).eligible());
    health.leaving(true);
    assertFalse(health.status(START).eligible());
    assertTrue(health.status(START).healthy());
    health.leaving(false);
    assertTrue(health.status(START).eligible(), "the autoscaler may think better of it");
  }

  @Test
  void sinceWhenRulesStandIsToldWhileSomethingWaits() {
    health.updated(IpFamily.V4, after(10));
    health.updated(IpFamily.V6, after(20));
    health.heard(after(30));
    assertEquals(after(10), health.status(after(40)).lastUpdated());
  }
}
