package dev.weft.ipam;

import dev.weft.cni.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringTokenizer;

/** A file in the form of resolv.conf(5). */
final class ResolvConf {
  private ResolvConf() {}

  /** What the file says; empty if it cannot be read. */
  static Optional<Result.Dns> read(String file) {
    try {
      return Optional.of(parse(Files.readAllLines(Path.of(file))));
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  static Result.Dns parse(List<String> lines) {
    List<String> nameservers = new ArrayList<>();
    List<String> search = new ArrayList<>();
    List<String> options = new ArrayList<>();
    String domain = "";
    for (String line : lines) {
      if (line.startsWith("#") || line.startsWith(";")) {
        continue;
      }
      StringTokenizer words = new StringTokenizer(line);
      String keyword = words.hasMoreTokens() ? words.nextToken() : "";
      while (words.hasMoreTokens()) {
        String word = words.nextToken();
        switch (keyword) {
          case "nameserver" -> nameservers.add(word);
          case "domain" -> domain = word;
          case "search" -> search.add(word);
          case "options" -> options.add(word);
          default -> {} // sortlist, and what others may add, has no place in a result.
        }
      }
    }
    return new Result.Dns(nameservers, domain, search, options);
  }
}
