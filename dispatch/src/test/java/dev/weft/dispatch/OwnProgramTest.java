package dev.weft.dispatch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our own program is known by any link to it, and no other is taken for it. */
class OwnProgramTest {

  @Test
  void linksAreTheProgramAndCopiesAreNot(@TempDir Path directory) throws IOException {
    Path launcher = Files.writeString(directory.resolve("weft"), "program");
    OwnProgram own = new OwnProgram(launcher);
    assertTrue(own.test(Files.createSymbolicLink(directory.resolve("bridge"), launcher)));
    assertTrue(own.test(Files.createLink(directory.resolve("static"), launcher)));
    assertFalse(own.test(Files.copy(launcher, directory.resolve("copy"))));
  }

  @Test
  void aProgramThatIsNotThereIsNotOurs(@TempDir Path directory) {
    assertFalse(new OwnProgram(directory.resolve("weft")).test(directory.resolve("bridge")));
  }
}
