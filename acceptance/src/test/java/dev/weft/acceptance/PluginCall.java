package dev.weft.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One call of a plugin's executable as a runtime makes it: a value that is changed step by step and
 * then run.
 *
 * <p>Starts as a call of {@code type} from the node's plugins, with CNI_PATH naming their
 * directory, for interface {@code eth0}.
 */
record PluginCall(Node node, Path program, Map<String, String> environment, String config) {
  static final ObjectMapper JSON = new ObjectMapper();

  PluginCall {
    environment = Map.copyOf(environment);
  }

  static PluginCall of(Node node, String type, String config) {
    return new PluginCall(
        node,
        node.plugin(type),
        Map.of("CNI_PATH", node.bin().toString(), "CNI_IFNAME", "eth0", "WEFT_AGENT", node.agent()),
        config);
  }

  /** A call of {@code bridge} with a gateway and an address of 10.8.0.0/24. */
  static PluginCall bridged(Node node, String container) {
    return of(
            node,
            "bridge",
            """
            {"cniVersion":"1.1.0","name":"net","type":"bridge","bridge":"br0","isGateway":true,
             "ipam":{"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
                .formatted(node.data()))
        .container(container);
  }

  /**
   * A call of {@code bridge} with everything that it makes for a container, rules as well. Half of
   * the containers have their masquerade in iptables, half in nftables.
   */
  static PluginCall guarded(Node node, String subnet, String container) {
    String backend = container.hashCode() % 2 == 0 ? "iptables" : "nftables";
    return of(
            node,
            "bridge",
            """
            {"cniVersion":"1.1.0","name":"net","type":"bridge","bridge":"cni-test",
             "isDefaultGateway":true,"ipMasq":true,"ipMasqBackend":"%s","macspoofchk":true,
             "ipam":{"type":"host-local","subnet":"%s","dataDir":"%s"}}"""
                .formatted(backend, subnet, node.data()))
        .container(container);
  }

  PluginCall program(Path program) {
    return new PluginCall(node, program, environment, config);
  }

  PluginCall with(String variable, String value) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put(variable, value);
    return new PluginCall(node, program, changed, config);
  }

  PluginCall without(String variable) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.remove(variable);
    return new PluginCall(node, program, changed, config);
  }

  /** The same call, by way of an agent. */
  PluginCall by(AgentProcess agent) {
    return with("WEFT_AGENT", agent.socket().toString())
        .with("WEFT_STATE_DIR", agent.stateDirectory().toString());
  }

  PluginCall config(String config) {
    return new PluginCall(node, program, environment, config);
  }

  /** The same configuration with one key set to a JSON value. */
  PluginCall set(String key, String json) {
    try {
      JsonNode changed = JSON.readTree(config);
      ((ObjectNode) changed).set(key, JSON.readTree(json));
      return config(JSON.writeValueAsString(changed));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  PluginCall container(String id) {
    return with("CNI_CONTAINERID", id);
  }

  PluginCall pod(Path netns) {
    return with("CNI_NETNS", netns.toString());
  }

  /** Makes the call and returns whatever came of it. */
  Command.Outcome run(String verb) {
    return node.run(List.of(program.toString()), with("CNI_COMMAND", verb).environment(), config);
  }

  /** Starts the call and does not wait for it. */
  Process start(String verb) {
    return node.start(List.of(program.toString()), with("CNI_COMMAND", verb).environment(), config);
  }

  /** Makes the call from the node's network, but with the files that its agent sees. */
  Command.Outcome runBesideAgent(String verb) {
    return Command.run(
        besideAgent(), with("CNI_COMMAND", verb).environment(), config.getBytes(UTF_8));
  }

  /** Starts such a call and does not wait for it. */
  Process startBesideAgent(String verb) {
    return Command.start(
        besideAgent(), with("CNI_COMMAND", verb).environment(), config.getBytes(UTF_8));
  }

  private List<String> besideAgent() {
    return List.of("nsenter", node.networkOption(), program.toString());
  }

  /** Makes the call by another program, which is given the plugin's as its last argument. */
  Command.Outcome runBy(List<String> program, String verb) {
    List<String> whole = new ArrayList<>(program);
    whole.add(this.program.toString());
    return node.run(whole, with("CNI_COMMAND", verb).environment(), config);
  }

  /** Makes the call after a shell command that prepares its mount namespace, which is its own. */
  Command.Outcome runAfter(String shellCommand, String verb) {
    return node.run(
        List.of(
            "unshare", "--mount", "sh", "-c", shellCommand + " && exec \"$0\"", program.toString()),
        with("CNI_COMMAND", verb).environment(),
        config);
  }

  /** ADD, which must succeed; its result. */
  JsonNode add() {
    return json(run("ADD").succeeded().stdout());
  }

  /** A verb that prints nothing, which must succeed. */
  void succeeds(String verb) {
    assertEquals("", run(verb).succeeded().stdout(), verb + " prints nothing on success");
  }

  /** A call that must fail with one JSON error; that error. */
  JsonNode fails(String verb) {
    Command.Outcome outcome = run(verb);
    assertNotEquals(0, outcome.exitCode(), () -> verb + " succeeded: " + outcome);
    return json(outcome.stdout());
  }

  static JsonNode json(String text) {
    try {
      return JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not one JSON value: " + text, e);
    }
  }
}
