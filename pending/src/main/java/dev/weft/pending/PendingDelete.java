package dev.weft.pending;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.PluginPath;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A DEL that is still owed: everything that is needed to carry it out without the one who asked.
 *
 * <p>It does not name the container's namespace. That may be gone by then, and its path may lead to
 * another container's; our plugins find what they made without it, and what stands inside goes with
 * it.
 *
 * @param environment of the call, with the verb DEL
 * @param configuration as it came on stdin
 * @param since when it became due, in milliseconds since 1970
 * @param attempts how often it has failed
 * @param tried when it failed last, likewise; 0 for never
 * @param error why it failed last
 */
record PendingDelete(
    String plugin,
    Map<String, String> environment,
    String configuration,
    long since,
    int attempts,
    long tried,
    String error) {
  private static final int MAX_CONFIGURATION = 1 << 20;

  private static final long FIRST_PAUSE = TimeUnit.SECONDS.toMillis(10);
  private static final long LONGEST_PAUSE = TimeUnit.HOURS.toMillis(1);

  /** The exponent by which the longest pause is surely reached. */
  private static final int MAX_DOUBLINGS = 10;

  PendingDelete {
    environment = Map.copyOf(environment);
  }

  /** The DEL of the attachment that an ADD or DEL is about. */
  static PendingDelete of(
      String plugin, Map<String, String> call, byte[] configuration, long since) {
    Map<String, String> environment = new HashMap<>(call);
    environment.put("CNI_COMMAND", "DEL");
    environment.remove("CNI_NETNS");
    String text = new String(configuration, StandardCharsets.UTF_8);
    return new PendingDelete(plugin, environment, text, since, 0, 0, "");
  }

  /** Whom it is owed to; nothing if the call was too wrong to be about any attachment. */
  Optional<AttachmentKey> key() {
    return network(bytes())
        .flatMap(
            network -> {
              String containerId = environment.getOrDefault("CNI_CONTAINERID", "");
              String ifName = environment.getOrDefault("CNI_IFNAME", "");
              return network.isEmpty() || containerId.isEmpty() || ifName.isEmpty()
                  ? Optional.empty()
                  : Optional.of(
                      new AttachmentKey(plugin, network, new Attachment(containerId, ifName)));
            });
  }

  /** The name of the network in a configuration. */
  static Optional<String> network(byte[] configuration) {
    try {
      return new ConfigReader(ConfigReader.decode(configuration, "the configuration"), "")
          .string("name");
    } catch (CniException e) {
      return Optional.empty(); // the plugin will say what is wrong with it
    }
  }

  byte[] bytes() {
    return configuration.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether it means the same in another working directory, and is of a size to be kept. */
  boolean canBeKept() {
    for (String directory : PluginPath.of(environment.getOrDefault("CNI_PATH", "")).directories()) {
      if (!directory.startsWith("/")) {
        return false;
      }
    }
    return configuration.length() <= MAX_CONFIGURATION;
  }

  PendingDelete failed(String why, long now) {
    return new PendingDelete(plugin, environment, configuration, since, attempts + 1, now, why);
  }

  /** Whether it is time to try again: after 10 seconds first, then ever later, up to an hour. */
  boolean isDue(long now) {
    long pause =
        Math.min(FIRST_PAUSE << Math.min(Math.max(attempts - 1, 0), MAX_DOUBLINGS), LONGEST_PAUSE);
    // A clock that was set back must not put it off.
    return now >= tried + pause || now < tried;
  }

  /** For people: what it is about. */
  @Override
  public String toString() {
    return "DEL of container "
        + environment.getOrDefault("CNI_CONTAINERID", "")
        + " "
        + environment.getOrDefault("CNI_IFNAME", "")
        + " by plugin "
        + plugin;
  }

  /** As the content of a file. */
  byte[] write() {
    Map<String, Json> variables = new HashMap<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      variables.put(variable.getKey(), new Json.Str(variable.getValue()));
    }
    Map<String, Json> fields = new HashMap<>();
    fields.put("plugin", new Json.Str(plugin));
    fields.put("environment", new Json.Obj(variables));
    fields.put("configuration", new Json.Str(configuration));
    fields.put("since", Json.Num.of(since));
    fields.put("attempts", Json.Num.of(attempts));
    fields.put("tried", Json.Num.of(tried));
    fields.put("error", new Json.Str(error));
    return JsonText.write(new Json.Obj(fields)).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads the content of a file; keys that another version may have added are passed over.
   *
   * @throws CniException if it is none of ours
   */
  static PendingDelete read(byte[] file) {
    ConfigReader reader = new ConfigReader(ConfigReader.decode(file, "the record"), "");
    Map<String, String> environment = new HashMap<>();
    ConfigReader variables = reader.objectOrEmpty("environment");
    for (String name : variables.object().fields().keySet()) {
      if (variables.object().fields().get(name) instanceof Json.Str(String value)) {
        environment.put(name, value);
      }
    }
    return new PendingDelete(
        required(reader, "plugin"),
        environment,
        required(reader, "configuration"),
        reader.number("since", 0, Long.MAX_VALUE).orElse(0),
        reader.integer("attempts", 0, Integer.MAX_VALUE - 1).orElse(0),
        reader.number("tried", 0, Long.MAX_VALUE / 2).orElse(0),
        reader.string("error").orElse(""));
  }

  /** Reads one that stands under its own name; nothing if it does not, or is none of ours. */
  static Optional<PendingDelete> readAs(String name, byte[] file) {
    try {
      return Optional.of(read(file))
          .filter(delete -> delete.key().filter(key -> key.digest().equals(name)).isPresent());
    } catch (CniException e) {
      return Optional.empty();
    }
  }

  private static String required(ConfigReader reader, String key) {
    return reader.string(key).orElseThrow(() -> reader.missing(key, "should be a string"));
  }
}
