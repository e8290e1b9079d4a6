package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VERSION answers in the version of the request, and never waits for a request that stays away. */
@Timeout(20)
class VersionTest {
  private final Calls calls = new Calls();

  @ParameterizedTest
  @ValueSource(strings = {"0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0", "2.0.0"})
  void answersInTheVersionOfTheRequest(String version) {
    Reply reply = calls.call("VERSION", "{\"cniVersion\": \"" + version + "\"}");
    assertEquals(0, reply.exitCode());
    assertEquals(version, Calls.text(reply, "cniVersion"));
  }

  @Test
  void listsEveryVersionThatThePluginServes() {
    calls.plugin.oldest = CniVersion.V0_4_0;
    Reply reply = calls.call("VERSION", "{}");
    assertEquals(
        List.of("0.4.0", "1.0.0", "1.1.0"),
        new ConfigReader(Calls.json(reply), "").strings("supportedVersions"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[]", "{\"cniVersion\": 1}", "{\"cniVersion\": \"\"}", "garbage"})
  void answersInTheNewestVersionIfTheRequestSaysNone(String request) {
    Reply reply = calls.call("VERSION", request);
    assertEquals(0, reply.exitCode());
    assertEquals("1.1.0", Calls.text(reply, "cniVersion"));
  }

  @Test
  void doesNotWaitForInputThatIsNotThere() throws IOException {
    try (PipedOutputStream silent = new PipedOutputStream();
        InputStream stdin = new PipedInputStream(silent)) {
      assertEquals(
          "1.1.0", Calls.text(calls.call("VERSION", StandardInput.of(stdin)), "cniVersion"));
    }
  }

  @Test
  void takesARequestWhoseSenderKeepsThePipeOpen() throws IOException {
    try (PipedOutputStream open = new PipedOutputStream();
        InputStream stdin = new PipedInputStream(open)) {
      open.write("{\"cniVersion\": \"0.3.1\"}".getBytes(StandardCharsets.UTF_8));
      assertEquals(
          "0.3.1", Calls.text(calls.call("VERSION", StandardInput.of(stdin)), "cniVersion"));
    }
  }

  @Test
  void takesNoMoreThanWhatIsSensible() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return ' ';
          }

          @Override
          public int read(byte[] bytes, int from, int length) {
            Arrays.fill(bytes, from, from + length, (byte) ' ');
            return length;
          }

          @Override
          public int available() {
            return Integer.MAX_VALUE;
          }
        };
    assertEquals(
        "1.1.0", Calls.text(calls.call("VERSION", StandardInput.of(endless)), "cniVersion"));
  }

  @Test
  void podmansCallWithoutContainerIsAnswered() {
    // podman asks with an empty id and CNI_NETNS=dummy.
    calls.with("CNI_CONTAINERID", "").with("CNI_NETNS", "dummy").with("CNI_IFNAME", "dummy");
    calls.finding = NamespaceProbe.Finding.MISSING;
    Reply reply =
        calls.call(
            "VERSION",
            StandardInput.of(
                new ByteArrayInputStream(
                    "{\"cniVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8))));
    assertEquals("1.0.0", Calls.text(reply, "cniVersion"));
  }
}
