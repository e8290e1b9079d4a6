package dev.weft.services;

import dev.weft.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The objects in files and directories, as kubectl reads them: YAML or JSON, several documents in a
 * file, lists of objects. What is wrong with one document does not touch the others.
 *
 * @param objects in the order in which they were found
 */
public record Manifests(List<Manifest> objects, List<Problem> problems) {
  /** The largest file that is read, in bytes: a hundred thousand Services fit. */
  static final int MAX_BYTES = 128 << 20;

  public Manifests {
    objects = List.copyOf(objects);
    problems = List.copyOf(problems);
  }

  /**
   * Reads files, and of directories those files in them that end with {@code .yaml}, {@code .yml}
   * or {@code .json}, in the order of their names; hidden ones and directories below are passed
   * over. What cannot be read is a problem among the others.
   */
  public static Manifests read(Collection<Path> filesAndDirectories) {
    List<Manifest> objects = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (Path path : filesAndDirectories) {
      try {
        for (Path file : filesOf(path)) {
          read(file, objects, problems);
        }
      } catch (IOException e) {
        problems.add(unreadable(path, e));
      }
    }
    return new Manifests(objects, problems);
  }

  /**
   * Reads a text.
   *
   * @param name what it is called in problems
   */
  public static Manifests parse(byte[] utf8, String name) {
    List<Manifest> objects = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    new ManifestText(name, objects, problems).read(utf8);
    return new Manifests(objects, problems);
  }

  /**
   * Reads a file that must hold one object, YAML or JSON, of whatever kind or of none.
   *
   * @param most how long it may be, in bytes
   * @throws InputException if there is none, or it is something else
   */
  public static Json.Obj single(Path file, int most) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] text = in.readNBytes(most + 1);
      if (text.length > most) {
        throw new InputException(
            file + " is longer than " + most + " bytes; it should be one object");
      }
      return ManifestText.single(text, file.toString());
    } catch (NoSuchFileException e) {
      throw new InputException("there is no file " + file);
    } catch (IOException e) {
      throw new InputException(file + " cannot be read: " + e);
    }
  }

  private static void read(Path file, List<Manifest> objects, List<Problem> problems) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] text = in.readNBytes(MAX_BYTES + 1);
      if (text.length > MAX_BYTES) {
        problems.add(
            Problem.error(file + " is longer than " + MAX_BYTES + " bytes; make several of it"));
      } else {
        new ManifestText(file.toString(), objects, problems).read(text);
      }
    } catch (IOException e) {
      problems.add(unreadable(file, e));
    }
  }

  private static Problem unreadable(Path path, IOException e) {
    return Problem.error(
        Files.exists(path) ? path + " cannot be read: " + e : "there is no file " + path);
  }

  /**
   * The files that are read for a path: those of a directory, or the file itself, be it there or
   * not.
   */
  public static List<Path> filesOf(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> isManifest(file.getFileName().toString()) && Files.isRegularFile(file))
          .sorted()
          .toList();
    }
  }

  private static boolean isManifest(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return !lower.startsWith(".")
        && (lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json"));
  }
}
