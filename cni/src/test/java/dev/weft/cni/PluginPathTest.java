package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs are found in the directories of CNI_PATH, first to last. */
class PluginPathTest {
  @TempDir Path directory;

  @Test
  void firstExecutableFileIsTaken() throws IOException {
    file("a/host-local", "rw-r--r--");
    Files.createDirectories(directory.resolve("b/host-local"));
    Path found = file("c/host-local", "rwxr-xr-x");
    file("d/host-local", "rwxr-xr-x");
    assertEquals(found, path("a", "b", "c", "d", "missing").find("host-local"));
  }

  @Test
  void symbolicLinkToAProgramIsAProgram() throws IOException {
    file("a/weft", "rwxr-xr-x");
    Path link =
        Files.createSymbolicLink(directory.resolve("a/bridge"), directory.resolve("a/weft"));
    assertEquals(link, path("a").find("bridge"));
  }

  @Test
  void errorSaysWhereWasLooked() {
    CniException refused =
        assertThrows(CniException.class, () -> path("a", "b").find("host-local"));
    assertEquals(ErrorCode.INVALID_ENVIRONMENT.number(), refused.code());
    assertEquals(
        "plugin \"host-local\" is in no directory of CNI_PATH as an executable file; looked in "
            + directory.resolve("a")
            + ", "
            + directory.resolve("b"),
        refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "/bin/sh", "../sh"})
  void typeThatIsNoFileNameIsRefused(String type) {
    CniException refused = assertThrows(CniException.class, () -> path("a").find(type));
    assertEquals(ErrorCode.INVALID_CONFIGURATION.number(), refused.code());
  }

  @Test
  void nameThatNoFileCanHaveIsNowhere() {
    assertEquals(
        ErrorCode.INVALID_ENVIRONMENT.number(),
        assertThrows(CniException.class, () -> path("a").find("a\0b")).code());
  }

  @Test
  void unsetPathIsNamed() {
    CniException refused =
        assertThrows(CniException.class, () -> PluginPath.of("").find("host-local"));
    assertEquals(ErrorCode.INVALID_ENVIRONMENT.number(), refused.code());
    assertTrue(String.valueOf(refused.getMessage()).startsWith("CNI_PATH is not set"));
  }

  @Test
  void emptyDirectoriesArePassedOver() {
    assertEquals(List.of("/a", "b"), PluginPath.of(":/a::b:").directories());
  }

  private PluginPath path(String... names) {
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      text.append(text.isEmpty() ? "" : ":").append(directory.resolve(name));
    }
    return PluginPath.of(text.toString());
  }

  private Path file(String name, String permissions) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
    return file;
  }
}
