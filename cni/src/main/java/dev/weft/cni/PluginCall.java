package dev.weft.cni;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import dev.weft.json.Quoted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One call of one plugin, from its environment to its reply. */
final class PluginCall {
  private final Plugin plugin;
  private final NamespaceProbe namespaces;
  private final PluginProgram programs;
  private final CallEnvironment environment;
  private final StringBuilder log;

  /** What an error object says: the version asked for as soon as it is known. */
  private String version = CniVersion.newest().text();

  PluginCall(
      Plugin plugin,
      NamespaceProbe namespaces,
      PluginProgram programs,
      CallEnvironment environment,
      StringBuilder log) {
    this.plugin = plugin;
    this.namespaces = namespaces;
    this.programs = programs;
    this.environment = environment;
    this.log = log;
  }

  Reply reply(StandardInput stdin) {
    try {
      String stdout = answer(stdin);
      return new Reply(0, stdout, log.toString());
    } catch (CniException e) {
      return ErrorReply.of(e, version, log.toString());
    } catch (Throwable e) {
      if (environment.wantsTraces()) {
        log.append(ErrorReply.trace(e));
      }
      return ErrorReply.of(ErrorReply.unforeseen(e), version, log.toString());
    }
  }

  private String answer(StandardInput stdin) {
    Verb verb = environment.verb();
    return switch (verb) {
      case VERSION -> versions(stdin);
      case GC -> gc(network(verb, read(stdin)));
      case STATUS -> {
        plugin.status(network(verb, read(stdin)));
        yield "";
      }
      case ADD, DEL, CHECK -> {
        Attachment attachment = environment.attachment();
        CniArgs args = environment.args(plugin);
        Request.Network network = network(verb, read(stdin));
        yield switch (verb) {
          case ADD -> add(attach(network, attachment, args));
          case CHECK -> check(attach(network, attachment, args));
          default -> del(network, attachment, args);
        };
      }
    };
  }

  /** Answers in the version of the request, if the request is there already: never waits for it. */
  private String versions(StandardInput stdin) {
    List<Json> supported = new ArrayList<>();
    for (CniVersion each : CniVersion.values()) {
      if (each.isAtLeast(plugin.oldestVersion())) {
        supported.add(new Json.Str(each.text()));
      }
    }
    Map<String, Json> answer = new LinkedHashMap<>();
    answer.put("cniVersion", new Json.Str(requestedVersion(stdin)));
    answer.put("supportedVersions", new Json.Arr(supported));
    return line(new Json.Obj(answer));
  }

  private static String requestedVersion(StandardInput stdin) {
    try {
      byte[] request = stdin.available();
      if (request.length > 0) {
        return NetworkConfig.versionText(ConfigReader.decode(request, "the request"))
            .orElse(CniVersion.newest().text());
      }
    } catch (IOException | CniException e) {
      // A caller that asks for our versions need not speak any of them.
      return CniVersion.newest().text();
    }
    return CniVersion.newest().text();
  }

  private static byte[] read(StandardInput stdin) {
    try {
      return stdin.all();
    } catch (IOException e) {
      throw new CniException(
          ErrorCode.IO_FAILURE,
          "the configuration cannot be read from standard input: " + e.getMessage(),
          e);
    }
  }

  private Request.Network network(Verb verb, byte[] stdin) {
    Json.Obj json = ConfigReader.decode(stdin, "the configuration");
    NetworkConfig.versionText(json)
        .filter(text -> CniVersion.of(text).isPresent())
        .ifPresent(text -> version = text);
    CniVersion oldest =
        verb.since().isAtLeast(plugin.oldestVersion()) ? verb.since() : plugin.oldestVersion();
    NetworkConfig config = NetworkConfig.of(json, oldest, verb, plugin.type());
    version = config.version().text();
    return new Request.Network(
        config, new Delegation(plugin.type(), environment, stdin, config.version(), programs));
  }

  private Request.Attach attach(Request.Network network, Attachment attachment, CniArgs args) {
    String netns = environment.netns().orElseThrow();
    if (plugin.entersNamespace()) {
      switch (namespaces.probe(netns)) {
        case MISSING -> throw invalidNetns(netns, "does not exist");
        case NOT_A_NAMESPACE -> throw invalidNetns(netns, "is no network namespace");
        case OWN -> requireOverride(netns);
        case FOREIGN -> {}
      }
    }
    return new Request.Attach(network.config(), network.delegates(), attachment, netns, args);
  }

  private String add(Request.Attach request) {
    Result result = plugin.add(request);
    try {
      return line(ResultFormat.write(result, request.config().version()));
    } catch (CniException failure) {
      try {
        plugin.del(
            new Request.Detach(
                request.config(),
                request.delegates(),
                request.attachment(),
                Optional.of(request.netns()),
                request.args()));
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
      throw failure;
    }
  }

  private String check(Request.Attach request) {
    if (request.config().prevResult().isEmpty()) {
      throw request.config().reader().missing("prevResult", "CHECK needs the result of the ADD");
    }
    plugin.check(request);
    return "";
  }

  /** Detaches; a namespace that is gone is no obstacle, but our own is never worked on. */
  private String del(Request.Network network, Attachment attachment, CniArgs args) {
    Optional<String> netns = environment.netns();
    if (netns.isPresent() && plugin.entersNamespace()) {
      switch (namespaces.probe(netns.get())) {
        case MISSING, NOT_A_NAMESPACE -> netns = Optional.empty();
        case OWN -> requireOverride(netns.get());
        case FOREIGN -> {}
      }
    }
    plugin.del(new Request.Detach(network.config(), network.delegates(), attachment, netns, args));
    return "";
  }

  /**
   * Removes what is stale. Without a list ({@code cnitool gc} sends none) nothing is known to be.
   */
  private String gc(Request.Network request) {
    Optional<Set<Attachment>> valid = ValidAttachments.in(request.config().reader());
    if (valid.isPresent()) {
      plugin.gc(request, valid.get());
    } else {
      log.append("GC: ")
          .append(ValidAttachments.KEY)
          .append(" is missing, so nothing is removed\n");
    }
    return "";
  }

  private void requireOverride(String netns) {
    if (!environment.mayUseOwnNamespace()) {
      throw invalidNetns(
          netns, "is the plugin's own network namespace, but should be the container's");
    }
  }

  private static CniException invalidNetns(String netns, String problem) {
    return new CniException(
        ErrorCode.INVALID_NETNS, "CNI_NETNS " + Quoted.of(netns) + " " + problem);
  }

  private static String line(Json json) {
    return JsonText.write(json) + "\n";
  }
}
