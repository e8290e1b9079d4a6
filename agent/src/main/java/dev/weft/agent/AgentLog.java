package dev.weft.agent;

import java.io.PrintStream;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The log of an agent's process: everything that is logged in it, by whatever library, as one line
 * a record ({@link LogLine}).
 */
public final class AgentLog {
  /** Those that say more than anybody who looks after an agent wants to know. */
  private static final List<String> QUIETED = List.of("io.netty", "java.lang.Runtime", "jdk");

  private AgentLog() {}

  /**
   * Begins the log of this process, before anybody has logged.
   *
   * @param level what is less important is left out; libraries only warn
   */
  public static void begin(LogLevel level, PrintStream out) {
    System.setProperty("java.util.logging.manager", OpenToTheEnd.class.getName());
    List<Logger> quieted = QUIETED.stream().map(Logger::getLogger).toList();
    quieted.forEach(each -> each.setLevel(level == LogLevel.ERROR ? Level.SEVERE : Level.WARNING));
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.addHandler(new Lines(out, quieted));
    root.setLevel(level.level());
  }

  /**
   * Java would close the log as soon as the process is told to end, when calls are served still.
   * Made by the class that it extends.
   */
  public static final class OpenToTheEnd extends LogManager {
    @Override
    public void reset() {}

    /** All there is to configure is said to {@link #begin}. */
    @Override
    public void readConfiguration() {}
  }

  private static final class Lines extends Handler {
    private final PrintStream out;

    /** Nobody else holds them, and their levels would be forgotten with them. */
    @SuppressWarnings("UnusedVariable")
    private final List<Logger> quieted;

    Lines(PrintStream out, List<Logger> quieted) {
      this.out = out;
      this.quieted = quieted;
    }

    @Override
    public void publish(LogRecord logged) {
      out.println(LogLine.of(logged));
    }

    @Override
    public void flush() {
      out.flush();
    }

    @Override
    public void close() {
      flush();
    }
  }
}
