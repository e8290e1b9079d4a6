package dev.weft.runtime;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.CniVersion;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.PluginAnswer;
import dev.weft.cni.PluginPath;
import dev.weft.cni.PluginProgram;
import dev.weft.cni.Reply;
import dev.weft.cni.Result;
import dev.weft.cni.ResultFormat;
import dev.weft.cni.ValidAttachments;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Runs the plugins of a network list one after another, as the specification 1.1.0 says in section
 * 3: ADD forwards, each with the result of the one before; DEL backwards, each with the result of
 * the whole ADD.
 */
public final class ChainRunner {

  /** Whom GC, STATUS and VERSION are about. */
  private static final Endpoint NOBODY =
      new Endpoint(new Attachment("", ""), "", Map.of(), Json.Obj.EMPTY);

  private final PluginPath path;
  private final PluginProgram programs;
  private final ResultCache cache;
  private final Map<String, String> environment;
  private final Consumer<String> log;

  /**
   * @param programs how plugins are run
   * @param environment what plugins get besides the variables of CNI
   * @param log takes what plugins write to stderr
   */
  public ChainRunner(
      PluginPath path,
      PluginProgram programs,
      ResultCache cache,
      Map<String, String> environment,
      Consumer<String> log) {
    this.path = path;
    this.programs = programs;
    this.cache = cache;
    this.environment = Map.copyOf(environment);
    this.log = log;
  }

  /**
   * Attaches; if a plugin fails, it and those before it are sent DEL.
   *
   * @return the result in the form of the list's version
   * @throws CniException with the failed plugin's code
   */
  public Json.Obj add(NetworkList list, Endpoint endpoint) {
    if (cache.find(list.name(), endpoint.attachment()).isPresent()) {
      // DEL after the failure that is bound to come would take away what is there.
      throw new CniException(
          ErrorCode.INVALID_ENVIRONMENT,
          "container "
              + endpoint.attachment().containerId()
              + " is attached to network "
              + list.name()
              + " by "
              + endpoint.attachment().ifName()
              + " already: detach it first or name another interface");
    }
    for (Json.Obj plugin : list.plugins()) {
      // What cannot be called at all is found out before anything is made.
      path.find(NetworkList.type(plugin));
    }
    Optional<Json.Obj> result = Optional.empty();
    Deque<Json.Obj> called = new ArrayDeque<>();
    try {
      for (Json.Obj plugin : list.plugins()) {
        called.push(plugin);
        Json.Obj config = config(list, plugin, endpoint, result);
        Result made = call("ADD", plugin, config, endpoint, list.version());
        result = Optional.of(ResultFormat.write(made, list.version()));
      }
      Json.Obj last = result.orElseThrow();
      cache.put(new CachedAttachment(list.name(), endpoint, list.json(), last));
      return last;
    } catch (CniException failure) {
      for (Json.Obj plugin : called) {
        try {
          call("DEL", plugin, config(list, plugin, endpoint, result), endpoint);
        } catch (CniException e) {
          failure.addSuppressed(e);
        }
      }
      throw failure;
    }
  }

  /**
   * Detaches, whether or not anything is attached.
   *
   * @throws CniException with the code of the plugin that failed; those before it in the list were
   *     not called, and a repetition calls all again
   */
  public void del(NetworkList list, Endpoint endpoint) {
    Optional<Json.Obj> result = cachedResult(list, endpoint);
    for (Json.Obj plugin : list.plugins().reversed()) {
      call("DEL", plugin, config(list, plugin, endpoint, result), endpoint);
    }
    cache.remove(list.name(), endpoint.attachment());
  }

  /**
   * Checks what an ADD made.
   *
   * @throws CniException 1 if the list's version does not have CHECK; 3 if nothing is attached
   */
  public void check(NetworkList list, Endpoint endpoint) {
    if (!list.version().isAtLeast(CniVersion.V0_4_0)) {
      throw new CniException(
          ErrorCode.INCOMPATIBLE_VERSION,
          "network "
              + list.name()
              + " has cniVersion "
              + list.version().text()
              + ", but CHECK needs 0.4.0 or newer");
    }
    if (list.disableCheck()) {
      return;
    }
    Optional<Json.Obj> result = cachedResult(list, endpoint);
    if (result.isEmpty()) {
      throw new CniException(
          ErrorCode.UNKNOWN_CONTAINER,
          "no ADD of container "
              + endpoint.attachment().containerId()
              + " to network "
              + list.name()
              + " by "
              + endpoint.attachment().ifName()
              + " is remembered");
    }
    for (Json.Obj plugin : list.plugins()) {
      call("CHECK", plugin, config(list, plugin, endpoint, result), endpoint);
    }
  }

  /**
   * Detaches what is remembered but not valid, and has the plugins remove whatever else is stale.
   * Goes on after errors.
   *
   * @throws CniException with the code of the first error and all of their sentences
   */
  public void gc(NetworkList list, Set<Attachment> valid) {
    if (list.disableGc()) {
      return;
    }
    List<CniException> failures = new ArrayList<>();
    for (CachedAttachment cached : cache.attachments(list.name())) {
      if (!valid.contains(cached.endpoint().attachment())) {
        attempt(failures, () -> del(list, cached.endpoint()));
      }
    }
    if (list.version().isAtLeast(CniVersion.V1_1_0)) {
      Json attachments = attachments(valid);
      for (Json.Obj plugin : list.plugins()) {
        Json.Obj config = named(list, plugin).with(ValidAttachments.KEY, attachments);
        attempt(failures, () -> call("GC", plugin, config, NOBODY));
      }
    }
    if (!failures.isEmpty()) {
      CniException first = failures.getFirst();
      failures.subList(1, failures.size()).forEach(first::addSuppressed);
      throw first;
    }
  }

  /**
   * Asks every plugin whether it could serve an ADD now. Lists before 1.1.0 cannot ask.
   *
   * @throws CniException with the code of the first plugin that could not
   */
  public void status(NetworkList list) {
    if (list.version().isAtLeast(CniVersion.V1_1_0)) {
      for (Json.Obj plugin : list.plugins()) {
        call("STATUS", plugin, named(list, plugin), NOBODY);
      }
    }
  }

  /** The versions of the specification that each plugin of the list says it serves, by type. */
  public Map<String, List<String>> versions(NetworkList list) {
    Map<String, List<String>> versions = new LinkedHashMap<>();
    for (Json.Obj plugin : list.plugins()) {
      Json.Obj request =
          Json.Obj.EMPTY.with("cniVersion", new Json.Str(CniVersion.newest().text()));
      PluginAnswer answer = call("VERSION", plugin, request, NOBODY);
      String what = "the answer of plugin " + answer.type();
      ConfigReader reader =
          new ConfigReader(
              ConfigReader.decode(answer.stdout().getBytes(StandardCharsets.UTF_8), what), what);
      versions.put(answer.type(), reader.strings("supportedVersions"));
    }
    return versions;
  }

  /** What the ADD made; versions before 0.4.0 do not hand it to DEL. */
  private Optional<Json.Obj> cachedResult(NetworkList list, Endpoint endpoint) {
    return list.version().isAtLeast(CniVersion.V0_4_0)
        ? cache.find(list.name(), endpoint.attachment()).map(CachedAttachment::result)
        : Optional.empty();
  }

  private static Json.Obj named(NetworkList list, Json.Obj plugin) {
    return plugin
        .with("name", new Json.Str(list.name()))
        .with("cniVersion", new Json.Str(list.version().text()));
  }

  private static Json.Obj config(
      NetworkList list, Json.Obj plugin, Endpoint endpoint, Optional<Json.Obj> result) {
    Json.Obj config = named(list, plugin);
    if (result.isPresent()) {
      config = config.with("prevResult", result.get());
    }
    Map<String, Json> capabilities = new LinkedHashMap<>();
    ConfigReader declared = new ConfigReader(plugin, "").objectOrEmpty("capabilities");
    endpoint
        .capabilityArgs()
        .fields()
        .forEach(
            (capability, value) -> {
              if (declared.bool(capability, false)) {
                capabilities.put(capability, value);
              }
            });
    return capabilities.isEmpty()
        ? config
        : config.with("runtimeConfig", new Json.Obj(capabilities));
  }

  private static Json attachments(Set<Attachment> valid) {
    List<Json> list = new ArrayList<>();
    for (Attachment attachment : valid) {
      list.add(
          Json.Obj.EMPTY
              .with("containerID", new Json.Str(attachment.containerId()))
              .with("ifname", new Json.Str(attachment.ifName())));
    }
    return new Json.Arr(list);
  }

  private Result call(
      String verb, Json.Obj plugin, Json.Obj config, Endpoint endpoint, CniVersion version) {
    return call(verb, plugin, config, endpoint).result(version);
  }

  private PluginAnswer call(String verb, Json.Obj plugin, Json.Obj config, Endpoint endpoint) {
    String type = NetworkList.type(plugin);
    try {
      byte[] stdin = JsonText.write(config).getBytes(StandardCharsets.UTF_8);
      Reply reply = programs.run(path.find(type), variables(verb, endpoint), stdin);
      log.accept(reply.stderr());
      return PluginAnswer.of(type, reply);
    } catch (CniException e) {
      throw new CniException(
          e.code(), "plugin " + type + " failed " + verb + ": " + e.getMessage(), e.details(), e);
    }
  }

  /** As the reference library sets them: all six at every verb, those without meaning empty. */
  private Map<String, String> variables(String verb, Endpoint endpoint) {
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("CNI_COMMAND", verb);
    variables.put("CNI_CONTAINERID", endpoint.attachment().containerId());
    variables.put("CNI_NETNS", endpoint.netns());
    variables.put("CNI_IFNAME", endpoint.attachment().ifName());
    StringBuilder args = new StringBuilder();
    endpoint
        .args()
        .forEach(
            (key, value) ->
                args.append(args.isEmpty() ? "" : ";").append(key).append('=').append(value));
    variables.put("CNI_ARGS", args.toString());
    variables.put("CNI_PATH", String.join(":", path.directories()));
    return variables;
  }

  private static void attempt(List<CniException> failures, Runnable step) {
    try {
      step.run();
    } catch (CniException e) {
      failures.add(e);
    }
  }
}
