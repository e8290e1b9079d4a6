package dev.weft.install;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The program that stands under the name of each plugin, in whatever version. */
final class Launcher {
  /** What every launcher names, for it starts Java with it, and no other program has. */
  private static final byte[] MAIN_CLASS = "dev.weft.dispatch.Main".getBytes(US_ASCII);

  private static final byte[] ELF = {0x7F, 'E', 'L', 'F'};

  /** Larger files are not even read: the reference plugins have some megabytes each. */
  private static final long LARGEST = 2 << 20;

  private Launcher() {}

  /** True if a file, or what a link leads to, is a launcher of Weft. */
  static boolean is(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
      return false;
    }
    byte[] content = Files.readAllBytes(file);
    return content.length > ELF.length
        && Arrays.equals(content, 0, ELF.length, ELF, 0, ELF.length)
        && holds(content, MAIN_CLASS);
  }

  private static boolean holds(byte[] content, byte[] part) {
    for (int at = 0; at <= content.length - part.length; at++) {
      if (content[at] == part[0]
          && Arrays.equals(content, at, at + part.length, part, 0, part.length)) {
        return true;
      }
    }
    return false;
  }
}
