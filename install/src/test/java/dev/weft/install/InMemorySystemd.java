package dev.weft.install;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A service manager as far as an installation asks it: what is enabled, and what runs. */
final class InMemorySystemd implements Systemctl {
  final Set<String> enabled = new HashSet<>();
  final Set<String> active = new HashSet<>();
  final List<String> orders = new ArrayList<>();
  boolean needsReload;
  boolean refusesToStart;
  boolean starting;

  /** Where the units are. */
  Path files = Path.of("");

  /** Who runs as the agent; this process unless a test has another. */
  long agent = ProcessHandle.current().pid();

  @Override
  public boolean isRunning() {
    return true;
  }

  @Override
  public Outcome run(List<String> arguments) {
    List<String> units = arguments.stream().filter(word -> word.startsWith("weft-agent.")).toList();
    return switch (arguments.getFirst()) {
      case "is-enabled" -> answer(enabled.containsAll(units));
      case "is-active" -> answer(!starting && active.containsAll(units));
      case "show" -> new Outcome(0, property(arguments, units));
      default -> order(arguments, units);
    };
  }

  private String property(List<String> arguments, List<String> units) {
    if (arguments.contains("--property=MainPID")) {
      return String.valueOf(agent);
    }
    if (arguments.contains("--property=ActiveState")) {
      return starting ? "activating" : active.containsAll(units) ? "active" : "inactive";
    }
    return needsReload ? "yes" : "no";
  }

  private Outcome order(List<String> arguments, List<String> units) {
    orders.add(String.join(" ", arguments).replace("--quiet ", ""));
    switch (arguments.getFirst()) {
      case "enable" -> enabled.addAll(units);
      case "daemon-reload" -> needsReload = false;
      case "restart" -> {
        if (refusesToStart) {
          return new Outcome(1, "Job for weft-agent.service failed.\nSee its journal.");
        }
        active.addAll(units);
        starting = false;
      }
      case "disable" -> {
        for (String unit : units) {
          if (!Files.exists(files.resolve(unit))) {
            return new Outcome(1, "Failed to disable unit: " + unit + " does not exist.");
          }
        }
        enabled.removeAll(units);
        active.removeAll(units);
      }
      default -> {}
    }
    return new Outcome(0, "");
  }

  private static Outcome answer(boolean yes) {
    return new Outcome(yes ? 0 : 1, "");
  }
}
