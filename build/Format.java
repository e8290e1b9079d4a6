import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Formats every Java source of the project, or says which ones are not formatted.
 *
 * <p>{@code java Format.java apply|check ROOT}, run by the build on the project's JDK. The build's
 * own formatter plugins run on Maven's JVM, whose parser may be older than our sources. Files that
 * have not changed since the last run that found all well are passed over.
 */
final class Format {
  public static void main(String[] args) throws IOException, FormatterException {
    boolean apply = args[0].equals("apply");
    List<Path> unformatted = new ArrayList<>();
    Path root = Path.of(args[1]);
    Path stamp = root.resolve("target/formatted");
    FileTime last = Files.exists(stamp) ? Files.getLastModifiedTime(stamp) : FileTime.fromMillis(0);
    FileTime now = FileTime.from(Instant.now());
    Formatter formatter = new Formatter();
    for (Path file : sources(root)) {
      if (Files.getLastModifiedTime(file).compareTo(last) < 0) {
        continue;
      }
      String source = Files.readString(file);
      String unused = RemoveUnusedImports.removeUnusedImports(source);
      String formatted = formatter.formatSource(ImportOrderer.reorderImports(unused, Style.GOOGLE));
      if (formatted.equals(source)) {
        continue;
      }
      unformatted.add(file);
      if (apply) {
        Files.writeString(file, formatted);
      }
    }
    if (!apply && !unformatted.isEmpty()) {
      unformatted.forEach(file -> System.err.println("not formatted: " + file));
      System.err.println("run the build once without CI set: it formats");
      System.exit(1);
    }
    Files.createDirectories(stamp.getParent());
    Files.setLastModifiedTime(Files.writeString(stamp, ""), now);
  }

  private static List<Path> sources(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !root.relativize(file).toString().contains("target/"))
          .toList();
    }
  }
}
