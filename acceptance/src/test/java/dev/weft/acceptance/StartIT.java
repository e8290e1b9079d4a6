package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A plugin starts from wherever it was put, fast, and leaves nothing but its answer. */
class StartIT extends OnNode {
  private Installation installation;

  @BeforeEach
  void install() {
    installation = Installation.copy(node);
  }

  private static void assertAnswers(Command.Outcome outcome) {
    JsonNode result = PluginCall.json(outcome.succeeded().stdout());
    assertEquals("10.8.0.2/24", result.at("/ips/0/address").asText(), result.toString());
  }

  @Test
  void aMovedInstallationStartsFromItsArchive() {
    installation.option("-Xshare:on");
    Command.Outcome outcome = installation.hostLocal().run("ADD");
    assertAnswers(outcome);
    assertEquals("", outcome.stderr());
  }

  @Test
  void noClassIsReadFromAJarOrMadeAtStart() throws IOException {
    Path log = node.data().resolve("classes");
    installation.option("-Xlog:class+load:file=" + log);
    assertAnswers(installation.hostLocal().run("ADD"));
    assertEquals(List.of(), notFromArchive(log));
  }

  @Test
  void noClassIsMadeToAttachAPodOrDetachIt() throws IOException {
    PluginCall call = installation.bridge();
    call.container("first").add(); // makes the bridge, and the table by nft
    Path log = node.data().resolve("classes");
    installation.option("-Xlog:class+load:file=" + log);
    call.pod(node.addPod()).add();
    assertEquals(List.of(), notFromArchive(log));
    call.succeeds("DEL");
    assertEquals(List.of(), notFromArchive(log));
  }

  private static List<String> notFromArchive(Path log) throws IOException {
    List<String> others = new ArrayList<>(Files.readAllLines(log));
    others.removeIf(line -> line.contains("source: shared objects file"));
    // The archive refuses a few of the JDK's own, such as those of its event recorder.
    others.removeIf(line -> line.contains("source: jrt:"));
    return others;
  }

  @Test
  void aLinkFromElsewhereFindsTheInstallation() throws IOException {
    Path link = Files.createDirectories(node.data().resolve("opt/cni/bin")).resolve("host-local");
    Files.createSymbolicLink(link, installation.home().resolve("bin/host-local"));
    assertAnswers(installation.hostLocal().program(link).run("ADD"));
  }

  @Test
  void aProgramWithoutItsInstallationSaysWhatIsMissing() throws IOException {
    Path alone = node.data().resolve("host-local");
    Files.copy(installation.home().resolve("bin/weft"), alone);
    JsonNode error = installation.hostLocal().program(alone).fails("ADD");
    assertEquals(5, error.path("code").asInt(), error.toString());
    assertTrue(error.path("msg").asText().contains("/opt/weft"), error.toString());
    assertTrue(error.has("cniVersion"), error.toString());
  }

  @Test
  void aNameThatIsNoPluginIsRefused() throws IOException {
    Path other = Files.createSymbolicLink(node.data().resolve("a\"b"), Path.of("copy/bin/weft"));
    JsonNode error = installation.hostLocal().program(other).fails("ADD");
    assertTrue(error.path("msg").asText().contains("a\\\"b"), error.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "_JAVA_OPTIONS",
        "JDK_AOT_VM_OPTIONS",
        "_JAVA_LAUNCHER_DEBUG",
        "CLASSPATH",
        "JAVA_HOME"
      })
  void aVariableOfJavaChangesNothing(String variable) {
    Command.Outcome outcome =
        installation.hostLocal().with(variable, "-XshowSettings:all").run("ADD");
    assertAnswers(outcome);
    assertEquals("", outcome.stderr());
  }

  @Test
  void withoutItsArchiveItAnswersAllTheSame() throws IOException {
    Files.delete(installation.lib("weft.jsa"));
    assertAnswers(installation.hostLocal().run("ADD"));
  }

  @Test
  void withHalfAnArchiveItAnswersAllTheSame() throws IOException {
    try (FileChannel archive =
        FileChannel.open(installation.lib("weft.jsa"), StandardOpenOption.WRITE)) {
      archive.truncate(archive.size() / 2);
    }
    assertAnswers(installation.hostLocal().run("ADD"));
  }

  @Test
  void aReplacedJarIsNoticed() throws IOException {
    installation.option("-Xshare:on");
    Files.setLastModifiedTime(installation.lib("weft.jar"), FileTime.fromMillis(0));
    Command.Outcome outcome = installation.hostLocal().run("ADD");
    assertTrue(outcome.exitCode() != 0, "the archive was used with a jar that it does not know");
    assertEquals("", outcome.stdout());
  }

  @Test
  void aMissingJarIsAnErrorObject() throws IOException {
    try (var jars = Files.newDirectoryStream(installation.lib(""), "jackson-core-*.jar")) {
      for (Path jar : jars) {
        Files.delete(jar);
      }
    }
    isInternalError(installation.hostLocal(), "NoClassDefFoundError");
  }

  @Test
  void aMissingNativeLibraryIsAnErrorObject() throws IOException {
    Files.delete(installation.lib("native/libjffi-1.2.so"));
    isInternalError(installation.hostLocal(), "Error");
  }

  @Test
  void memoryThatIsUsedUpIsAnErrorObject() {
    installation.option("-Xms8m -Xmn4m -Xmx8m");
    String long8Megabytes = '"' + "x".repeat(8 << 20) + '"';
    isInternalError(installation.hostLocal().set("a", long8Megabytes), "OutOfMemoryError");
  }

  private static void isInternalError(PluginCall call, String name) {
    Command.Outcome outcome = call.run("ADD");
    JsonNode error = PluginCall.json(outcome.stdout());
    assertEquals(1, outcome.exitCode());
    assertEquals(999, error.path("code").asInt(), error.toString());
    assertTrue(error.path("msg").asText().contains(name), error.toString());
    assertFalse(outcome.stderr().contains("\tat "), outcome.stderr());
    assertTrue(call.with("WEFT_DEBUG", "1").run("ADD").stderr().contains("\tat "));
  }

  @Test
  void aReadOnlyInstallationStarts() {
    String home = installation.home().toString();
    assertAnswers(
        installation
            .hostLocal()
            .runAfter(
                "mount --bind " + home + " " + home + " && mount -o remount,ro,bind " + home,
                "ADD"));
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 10, 20, 30, 40, 45, 50, 55, 60, 64})
  void aProcessThatMayOpenTooFewFilesSaysSo(int limit) {
    PluginCall call = installation.bridge();
    Command.Outcome outcome =
        call.runBy(List.of("sh", "-c", "ulimit -n " + limit + " && exec \"$0\""), "ADD");
    assertEquals(1, outcome.exitCode(), outcome::toString);
    assertEquals("", outcome.stderr());
    JsonNode error = PluginCall.json(outcome.stdout());
    assertNotEquals(999, error.path("code").asInt(), error::toString);
    assertTrue(
        error.path("msg").asText().matches(".*(open|open too few) files.*"), error::toString);
    call.succeeds("DEL");
  }

  private Command.Outcome redirected(String redirection) {
    return installation.hostLocal().runBy(List.of("sh", "-c", "exec \"$0\" " + redirection), "ADD");
  }

  @Test
  void closedInputIsCode5() {
    Command.Outcome outcome = redirected("<&-");
    JsonNode error = PluginCall.json(outcome.stdout());
    assertEquals(5, error.path("code").asInt(), error.toString());
  }

  @Test
  void closedErrorOutputDoesNoHarm() {
    assertAnswers(redirected("2>&-"));
  }

  @Test
  void anAnswerThatNobodyCanReadIsAFailure() {
    Command.Outcome outcome = redirected(">/dev/full");
    assertTrue(outcome.exitCode() != 0, outcome.toString());
    assertFalse(outcome.stderr().isBlank());
  }

  @Test
  void nothingIsWrittenButTheLease() throws IOException {
    Path trace = node.data().resolve("trace");
    PluginCall call = installation.hostLocal();
    Command.Outcome outcome =
        call.runBy(
            List.of("strace", "-f", "-qq", "-e", "trace=%file", "-o", trace.toString()), "ADD");
    assertAnswers(outcome);
    List<String> written = new ArrayList<>();
    for (String line : Files.readAllLines(trace)) {
      boolean writes =
          line.contains("O_CREAT") || line.contains("mkdir") || line.contains("O_RDWR");
      if (writes && !line.contains(node.data() + "/leases") && !line.contains("= -1")) {
        written.add(line);
      }
    }
    written.removeIf(line -> line.contains("/dev/null") || line.contains("/proc/self/coredump"));
    assertEquals(List.of(), written);
  }
}
