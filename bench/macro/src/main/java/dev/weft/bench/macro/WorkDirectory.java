package dev.weft.bench.macro;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A temporary directory that only its owner may enter, and that goes with all that is in it. */
public record WorkDirectory(Path path) implements AutoCloseable {
  private static final List<Path> IN_MEMORY = List.of(Path.of("/run"), Path.of("/dev/shm"));

  public static WorkDirectory in(Path parent) throws IOException {
    return new WorkDirectory(Files.createTempDirectory(parent, "weft-bench-"));
  }

  /**
   * One on a tmpfs, as {@code /run} is on nodes.
   *
   * @param parent for a machine without one
   */
  public static WorkDirectory inMemoryElse(Path parent) throws IOException {
    for (Path directory : IN_MEMORY) {
      if (Files.isWritable(directory) && Files.getFileStore(directory).type().equals("tmpfs")) {
        return in(directory);
      }
    }
    return in(parent);
  }

  /** A directory in it. */
  public Path directory(String name) throws IOException {
    return Files.createDirectories(path.resolve(name));
  }

  /** The kind of file system that it is on. */
  public String fileSystem() throws IOException {
    return Files.getFileStore(path).type();
  }

  @Override
  public void close() throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // an agent that ends removes its own as well
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
