package dev.weft.bench.services;

import dev.weft.bench.macro.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Results for people. */
public final class ServicesText {
  private ServicesText() {}

  /** One proxy, in one line. */
  public static String line(ServicesResult result) {
    return "%-27s %,7d Services: first packet %s, a change %s, %s CPU, %s%s%n"
        .formatted(
            result.kind().label(),
            result.services(),
            result.firstSeconds().map(ServicesText::time).orElse("never"),
            time(result.changeSeconds().median()),
            time(result.cpuPerChange()),
            memory(result.peakBytes()),
            result.note().isEmpty() ? "" : " (" + result.note() + ")");
  }

  /** All proxies, and ours for one of the peer's. */
  public static String summary(List<ServicesResult> results) {
    TextTable table = new TextTable(1);
    table.row(
        List.of("", "Services", "first packet", "change", "max", "CPU/change", "peak memory"));
    for (ServicesResult result : results) {
      table.row(
          List.of(
              result.kind().label(),
              "%,d".formatted(result.services()),
              result.firstSeconds().map(ServicesText::time).orElse("never"),
              time(result.changeSeconds().median()),
              time(result.changeSeconds().max()),
              time(result.cpuPerChange()),
              memory(result.peakBytes())));
    }
    return "\n" + table + ratios(results);
  }

  private static String ratios(List<ServicesResult> results) {
    StringBuilder text = new StringBuilder();
    for (ServicesResult ours : results) {
      for (ServicesResult theirs : results) {
        boolean pair =
            ours.kind().isOurs() && !theirs.kind().isOurs() && ours.services() == theirs.services();
        if (pair) {
          text.append(ratio(ours, theirs));
        }
      }
    }
    return text.isEmpty() ? "" : "\n" + text;
  }

  private static String ratio(ServicesResult ours, ServicesResult theirs) {
    List<String> words = new ArrayList<>();
    Optional<Double> first =
        ours.firstSeconds().flatMap(own -> theirs.firstSeconds().map(other -> own / other));
    first.ifPresent(ratio -> words.add("first packet %.3f".formatted(ratio)));
    double change = ours.changeSeconds().median() / theirs.changeSeconds().median();
    if (!Double.isNaN(change)) {
      words.add("change %.4f".formatted(change));
    }
    words.add("memory %.2f".formatted((double) ours.peakBytes() / theirs.peakBytes()));
    return "%s / %s at %,d: %s%n"
        .formatted(
            ours.kind().label(), theirs.kind().label(), ours.services(), String.join(", ", words));
  }

  private static String time(double seconds) {
    if (Double.isNaN(seconds)) {
      return "-";
    }
    return seconds < 1 ? "%.2f ms".formatted(seconds * 1e3) : "%.2f s".formatted(seconds);
  }

  private static String memory(long bytes) {
    return "%,d MiB".formatted(bytes >> 20);
  }
}
