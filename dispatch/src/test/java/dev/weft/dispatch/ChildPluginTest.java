package dev.weft.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs of other plugins run to their end, and say why if they cannot. */
@Timeout(30)
class ChildPluginTest {
  @TempDir Path directory;

  @Test
  void environmentAndInputGoInOutputLogAndExitCodeComeOut() throws IOException {
    Reply reply =
        run(
            "cat; echo \"$CNI_COMMAND in $(env | grep -c ^HOME=)\" >&2; exit 3",
            Map.of("CNI_COMMAND", "ADD"),
            "{\"name\":\"blüe\"}");
    assertEquals(new Reply(3, "{\"name\":\"blüe\"}", "ADD in 0\n"), reply);
  }

  @Test
  void anAnswerThatIsTooLongIsRefusedAndALogIsCut() throws IOException {
    String zeros = "head -c 1000000 /dev/zero";
    CniException refused = assertThrows(CniException.class, () -> run(zeros, Map.of(), ""));
    assertEquals(ErrorCode.DECODING_FAILURE.number(), refused.code());
    assertTrue(refused.toString().contains("262144 bytes"), refused::toString);
    Reply logged = run(zeros + " >&2; printf {}", Map.of(), "");
    assertEquals("{}", logged.stdout());
    assertTrue(logged.stderr().length() < 300_000, "" + logged.stderr().length());
  }

  @Test
  void childThatKeepsTheOutputOpenIsNotWaitedFor() throws IOException {
    Reply reply = run("printf {}; sleep 20 & echo $! > " + directory + "/child", Map.of(), "");
    assertEquals("{}", reply.stdout());
    long child = Long.parseLong(Files.readString(directory.resolve("child")).strip());
    assertTrue(ProcessHandle.of(child).map(ProcessHandle::destroy).orElse(false));
  }

  @Test
  void programThatIsBeingWrittenIsTriedAgain() throws Exception {
    Path program = program("printf {}");
    OutputStream writing = Files.newOutputStream(program, StandardOpenOption.APPEND);
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (writing) {
                    Thread.sleep(500);
                  } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    assertEquals(new Reply(0, "{}", ""), new ChildPlugin().run(program, PATH, new byte[0]));
    writer.join();
  }

  @Test
  void programThatIsBeingWrittenIsNotWaitedForWhenInterrupted() throws IOException {
    Path program = program("printf {}");
    try (OutputStream _ = Files.newOutputStream(program, StandardOpenOption.APPEND)) {
      Thread.currentThread().interrupt();
      CniException refused = refused(program);
      assertTrue(Thread.interrupted());
      assertEquals(ErrorCode.TRY_AGAIN_LATER.number(), refused.code());
    }
  }

  @Test
  void programThatCannotBeStartedIsNamedWithTheReason() throws IOException {
    CniException missing = refused(directory.resolve("nothing"));
    assertEquals(ErrorCode.IO_FAILURE.number(), missing.code());
    assertEquals(
        "plugin program " + directory + "/nothing cannot be run: No such file or directory",
        missing.getMessage());
    Path text = Files.writeString(program(""), "no interpreter is named\n");
    assertEquals(
        "plugin program " + text + " cannot be run: Exec format error", refused(text).getMessage());
  }

  private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

  private static CniException refused(Path program) {
    ChildPlugin plugins = new ChildPlugin();
    return assertThrows(CniException.class, () -> plugins.run(program, PATH, new byte[0]));
  }

  private Reply run(String script, Map<String, String> variables, String stdin) throws IOException {
    Map<String, String> environment = new HashMap<>(PATH);
    environment.putAll(variables);
    return new ChildPlugin()
        .run(program(script), environment, stdin.getBytes(StandardCharsets.UTF_8));
  }

  private Path program(String script) throws IOException {
    Path program = directory.resolve("plugin");
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }
}
