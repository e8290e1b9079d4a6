package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in a directory after a file was put there, or could not be. */
class DurableFileTest {
  @TempDir Path directory;

  @Test
  void aFileIsItsOwnersAndHasAllOfItsContent() throws IOException {
    Path file = directory.resolve("file");
    DurableFile.replace(file, new byte[100_000]);
    assertEquals(100_000, Files.size(file));
    DurableFile.replace(file, new byte[] {'x'});
    assertEquals("x", Files.readString(file));
    assertEquals("rw-------", mode(file));
    assertEquals(List.of("file"), names());
  }

  @Test
  void whatAKilledProcessLeftOfOneIsNoObstacle() throws IOException {
    Files.writeString(directory.resolve("file.new"), "half of");
    DurableFile.replace(directory.resolve("file"), new byte[] {'x'});
    assertEquals(List.of("file"), names());
  }

  @Test
  void aFileThatCannotBePutThereLeavesNothing() throws IOException {
    Path taken = Files.createDirectories(directory.resolve("file").resolve("below"));
    assertThrows(
        IOException.class, () -> DurableFile.replace(directory.resolve("file"), new byte[1]));
    assertEquals(List.of("file"), names());
    assertEquals(true, Files.isDirectory(taken));
  }

  @Test
  void directoriesAreMadeWithThoseAboveThem() throws IOException {
    Path below = directory.resolve("a/b/c");
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    DurableFile.createDirectories(below, mode);
    DurableFile.createDirectories(below, mode);
    assertEquals("rwx------", mode(below));
    assertEquals("rwx------", mode(directory.resolve("a")));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
