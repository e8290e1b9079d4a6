package dev.weft.runtime;

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

/** Programs of other plugins run as processes that cannot hold us up. */
@Timeout(30)
class PluginProcessTest {
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
  void inputThatIsNotReadDoesNotMatter() throws IOException {
    assertEquals(
        new Reply(0, "{}", ""), run("exec 0<&-; printf {}", Map.of(), "x".repeat(1 << 20)));
  }

  @Test
  void muchInputAndOutputDoNotBlockEachOther() throws IOException {
    String much = "x".repeat(4 << 20);
    Reply reply = run("head -c 300000 /dev/zero >&2; exec cat", Map.of(), much);
    assertEquals(much, reply.stdout());
    assertEquals(300_000, reply.stderr().length());
  }

  @Test
  void childThatKeepsThePipesOpenIsNotWaitedFor() throws IOException {
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
    assertEquals(new Reply(0, "{}", ""), new PluginProcess().run(program, PATH, new byte[0]));
    writer.join();
  }

  @Test
  void programThatCannotBeStartedIsNamed() {
    Path program = directory.resolve("nothing");
    CniException refused =
        assertThrows(CniException.class, () -> new PluginProcess().run(program, PATH, new byte[0]));
    assertEquals(ErrorCode.IO_FAILURE.number(), refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains(program.toString()));
  }

  private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

  private Reply run(String script, Map<String, String> variables, String stdin) throws IOException {
    Map<String, String> environment = new HashMap<>(PATH);
    environment.putAll(variables);
    return new PluginProcess()
        .run(program(script), environment, stdin.getBytes(StandardCharsets.UTF_8));
  }

  private Path program(String script) throws IOException {
    Path program = directory.resolve("plugin");
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }
}
