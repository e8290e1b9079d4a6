package dev.weft.pending;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a DEL that is owed consists of, and when it is tried again. */
class PendingDeleteTest {
  private static final byte[] CONFIGURATION =
      "{\"name\":\"blue\"}".getBytes(StandardCharsets.UTF_8);

  private static final Map<String, String> CALL =
      Map.of(
          "CNI_COMMAND", "ADD",
          "CNI_CONTAINERID", "c1",
          "CNI_IFNAME", "eth0",
          "CNI_NETNS", "/run/netns/c1",
          "CNI_PATH", "/opt/cni/bin:/usr/lib/cni");

  @Test
  void namesNoNamespaceThatMayBeAnothersByThen() {
    assertEquals(
        Map.of(
            "CNI_COMMAND", "DEL",
            "CNI_CONTAINERID", "c1",
            "CNI_IFNAME", "eth0",
            "CNI_PATH", "/opt/cni/bin:/usr/lib/cni"),
        delete(CALL, CONFIGURATION).environment());
  }

  @Test
  void isOwedToOneAttachmentByOnePlugin() {
    AttachmentKey key = delete(CALL, CONFIGURATION).key().orElseThrow();
    assertEquals(new AttachmentKey("bridge", "blue", new Attachment("c1", "eth0")), key);
    assertTrue(AttachmentKey.isDigest(key.digest()), key.digest());
    for (AttachmentKey other :
        new AttachmentKey[] {
          new AttachmentKey("loopback", "blue", new Attachment("c1", "eth0")),
          new AttachmentKey("bridge", "red", new Attachment("c1", "eth0")),
          new AttachmentKey("bridge", "blue", new Attachment("c1e", "th0")),
          new AttachmentKey("bridge", "blue", new Attachment("c1", "eth1")),
        }) {
      assertNotEquals(key.digest(), other.digest());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"name\":7}", "{\"name\":\"\"}"})
  void isOwedToNobodyByAConfigurationThatNamesNoNetwork(String configuration) {
    assertEquals(
        Optional.empty(), delete(CALL, configuration.getBytes(StandardCharsets.UTF_8)).key());
  }

  @Test
  void isOwedToNobodyByACallThatNamesNoContainer() {
    assertEquals(Optional.empty(), delete(Map.of("CNI_IFNAME", "eth0"), CONFIGURATION).key());
  }

  @ParameterizedTest
  @CsvSource({"/opt/cni/bin,true", "'',true", "./bin,false", "/opt/cni/bin:bin,false"})
  void isKeptOnlyIfItMeansTheSameElsewhere(String path, boolean kept) {
    assertEquals(kept, delete(Map.of("CNI_PATH", path), CONFIGURATION).canBeKept());
  }

  @Property
  void isReadAsItWasWritten(
      @ForAll String plugin,
      @ForAll Map<String, String> environment,
      @ForAll String configuration,
      @ForAll @LongRange(max = Long.MAX_VALUE / 2) long since,
      @ForAll @IntRange(max = 1000) int attempts,
      @ForAll @LongRange(max = Long.MAX_VALUE / 2) long tried,
      @ForAll String error) {
    PendingDelete written =
        new PendingDelete(plugin, environment, configuration, since, attempts, tried, error);
    PendingDelete read = PendingDelete.read(written.write());
    // Half of a surrogate pair cannot be written as UTF-8; Java puts a question mark.
    assertEquals(utf8(written.toString()), read.toString());
    assertEquals(utf8(configuration), read.configuration());
    assertEquals(since, read.since());
    assertEquals(attempts, read.attempts());
    assertEquals(tried, read.tried());
    assertEquals(utf8(error), read.error());
  }

  private static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "{\"plugin\":\"bridge\"}", "{\"plugin\":1}", "null"})
  void isNotReadFromAnythingElse(String content) {
    assertThrows(
        CniException.class, () -> PendingDelete.read(content.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void isTriedEverLessOften() {
    PendingDelete delete = delete(CALL, CONFIGURATION);
    long[] pausesInSeconds = {10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600};
    long now = 1_000_000_000;
    assertTrue(delete.isDue(now));
    for (long pause : pausesInSeconds) {
      delete = delete.failed("the disk is full", now);
      assertFalse(delete.isDue(now + 1000 * pause - 1), delete::toString);
      now += 1000 * pause;
      assertTrue(delete.isDue(now), delete::toString);
    }
  }

  @Test
  void isTriedWhenTheClockWasSetBack() {
    assertTrue(delete(CALL, CONFIGURATION).failed("the disk is full", 5000).isDue(4000));
  }

  private static PendingDelete delete(Map<String, String> call, byte[] configuration) {
    return PendingDelete.of("bridge", call, configuration, 0);
  }
}
