package dev.weft.cni;

import dev.weft.json.Quoted;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Serves calls of plugins: from environment and standard input to what a process prints and its
 * exit code. Everything that the specification asks of every plugin alike is done here, in the
 * order environment, input, version, namespace, work.
 */
public final class PluginRunner {
  private final PluginTable plugins;
  private final NamespaceProbe namespaces;
  private final Predicate<Path> ours;
  private final PluginProgram others;

  /**
   * @param ours whether a program on CNI_PATH is this one: such a delegate is served here, by the
   *     same way and with the same bytes as if it had been started
   * @param others runs every other delegate
   */
  public PluginRunner(
      PluginTable plugins, NamespaceProbe namespaces, Predicate<Path> ours, PluginProgram others) {
    this.plugins = plugins;
    this.namespaces = namespaces;
    this.ours = ours;
    this.others = others;
  }

  /**
   * Serves one call. Never throws: every failure is an error object on stdout.
   *
   * @param type the plugin, by the name that the program was called by
   */
  public Reply run(String type, Map<String, String> environment, StandardInput stdin) {
    Optional<Plugin> plugin = plugins.find(type);
    if (plugin.isEmpty()) {
      return ErrorReply.of(
          new CniException(
              ErrorCode.INVALID_ENVIRONMENT,
              "this program holds no plugin named " + Quoted.of(type)),
          CniVersion.newest().text(),
          "");
    }
    if (environment.getOrDefault("CNI_COMMAND", "").isEmpty()) {
      return about(plugin.get());
    }
    StringBuilder log = new StringBuilder();
    PluginProgram logged =
        (program, variables, input) -> {
          Reply reply = delegate(program, variables, input);
          log.append(reply.stderr());
          return reply;
        };
    return new PluginCall(plugin.get(), namespaces, logged, new CallEnvironment(environment), log)
        .reply(stdin);
  }

  private Reply delegate(Path program, Map<String, String> environment, byte[] stdin) {
    return ours.test(program)
        ? run(program.getFileName().toString(), environment, StandardInput.of(stdin))
        : others.run(program, environment, stdin);
  }

  private static Reply about(Plugin plugin) {
    return new Reply(
        0,
        "",
        "Weft CNI plugin "
            + plugin.type()
            + "\nCNI protocol versions supported: "
            + plugin.oldestVersion().onwards()
            + "\n");
  }
}
