package dev.weft.agent;

import java.util.Locale;
import java.util.logging.Level;

/** How much the agent says. */
public enum LogLevel {
  ERROR,
  WARNING,
  INFO,
  /** Also a line for each call. */
  DEBUG;

  Level level() {
    return switch (this) {
      case ERROR -> Level.SEVERE;
      case WARNING -> Level.WARNING;
      case INFO -> Level.INFO;
      case DEBUG -> Level.FINE;
    };
  }

  static LogLevel of(Level level) {
    for (LogLevel each : values()) {
      if (level.intValue() >= each.level().intValue()) {
        return each;
      }
    }
    return DEBUG;
  }

  /** As people write it: {@code error}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
