package dev.weft.dispatch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * Tells whether a program is the one that started this process, by whatever name and link: then
 * starting it would come to the same classes again.
 */
record OwnProgram(Path launcher) implements Predicate<Path> {

  @Override
  public boolean test(Path program) {
    try {
      return Files.isSameFile(launcher, program);
    } catch (IOException e) {
      // One of the two is gone or out of reach; whoever starts the other will say so.
      return false;
    }
  }
}
