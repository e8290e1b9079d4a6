package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Builds calls of one plugin, runs them and reads the replies. */
final class Calls {
  static final String CONFIG =
      """
      {"cniVersion": "1.1.0", "name": "blue", "type": "probe"}
      """;

  /** A plugin that does what the test says and remembers what it was asked. */
  static class Probe implements Plugin {
    final List<Request> requests = new ArrayList<>();
    final List<String> verbs = new ArrayList<>();
    Function<Request.Attach, Result> add = request -> Result.EMPTY;
    Runnable others = () -> {};
    CniVersion oldest = CniVersion.V0_1_0;
    Optional<Set<String>> keys = Optional.of(Set.of("MAC"));
    Optional<Set<Attachment>> valid = Optional.empty();
    boolean entersNamespace = true;

    @Override
    public String type() {
      return "probe";
    }

    @Override
    public CniVersion oldestVersion() {
      return oldest;
    }

    @Override
    public Optional<Set<String>> argumentKeys() {
      return keys;
    }

    @Override
    public boolean entersNamespace() {
      return entersNamespace;
    }

    @Override
    public Result add(Request.Attach request) {
      remember("ADD", request);
      return add.apply(request);
    }

    @Override
    public void del(Request.Detach request) {
      remember("DEL", request);
      others.run();
    }

    @Override
    public void check(Request.Attach request) {
      remember("CHECK", request);
      others.run();
    }

    @Override
    public void gc(Request.Network request, Set<Attachment> attachments) {
      remember("GC", request);
      valid = Optional.of(attachments);
      others.run();
    }

    @Override
    public void status(Request.Network request) {
      remember("STATUS", request);
      others.run();
    }

    private void remember(String verb, Request request) {
      verbs.add(verb);
      requests.add(request);
    }
  }

  final Probe plugin = new Probe();
  final Map<String, String> environment = new HashMap<>();
  NamespaceProbe.Finding finding = NamespaceProbe.Finding.FOREIGN;

  Calls() {
    environment.put("CNI_CONTAINERID", "c1");
    environment.put("CNI_NETNS", "/run/netns/blue");
    environment.put("CNI_IFNAME", "eth0");
    environment.put("CNI_PATH", "/opt/cni/bin");
  }

  Calls with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Calls without(String... names) {
    for (String name : names) {
      environment.remove(name);
    }
    return this;
  }

  Reply call(String verb, String config) {
    return call(verb, StandardInput.of(config.getBytes(StandardCharsets.UTF_8)));
  }

  Reply call(String verb, StandardInput stdin) {
    environment.put("CNI_COMMAND", verb);
    return run(stdin);
  }

  Reply run(StandardInput stdin) {
    return new PluginRunner(
            type -> type.equals("probe") ? Optional.of(plugin) : Optional.empty(),
            path -> finding,
            program -> false,
            (program, variables, input) -> {
              throw new AssertionError("no delegate is called here");
            })
        .run("probe", environment, stdin);
  }

  static Json.Obj json(Reply reply) {
    return JsonText.readObject(reply.stdout().getBytes(StandardCharsets.UTF_8), "the reply");
  }

  /** The error object of a reply that must be one. */
  static Json.Obj error(Reply reply) {
    assertEquals(1, reply.exitCode(), reply::toString);
    return json(reply);
  }

  static int code(Reply reply) {
    return new ConfigReader(error(reply), "").integer("code", 1, 999).orElseThrow();
  }

  static String message(Reply reply) {
    return new ConfigReader(error(reply), "").string("msg").orElseThrow();
  }

  static String details(Reply reply) {
    return new ConfigReader(error(reply), "").string("details").orElse("");
  }

  static String text(Reply reply, String key) {
    return new ConfigReader(json(reply), "").string(key).orElseThrow();
  }
}
