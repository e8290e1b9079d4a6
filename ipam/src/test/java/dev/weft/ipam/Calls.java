package dev.weft.ipam;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniArgs;
import dev.weft.cni.CniException;
import dev.weft.cni.CniVersion;
import dev.weft.cni.Delegates;
import dev.weft.cni.NetworkConfig;
import dev.weft.cni.Plugin;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.json.JsonText;
import dev.weft.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.function.Executable;

/**
 * Calls of an IPAM plugin with a configuration, as a runtime makes them.
 *
 * @param json the configuration's keys beside cniVersion, name and type, without braces
 */
record Calls(Plugin plugin, String json) {

  static Calls of(Plugin plugin, String json) {
    return new Calls(plugin, json.replace('\'', '"'));
  }

  Calls with(String otherJson) {
    return of(plugin, otherJson);
  }

  Result add(String container, String ifName) {
    return add(container, ifName, CniVersion.V1_1_0, Map.of());
  }

  Result add(String container, String ifName, CniVersion version, Map<String, String> args) {
    return plugin.add(attach(container, ifName, version, args, Optional.empty()));
  }

  /** The first address that an ADD for eth0 gives. */
  String address(String container) {
    return add(container, "eth0").ips().getFirst().address().toString();
  }

  void del(String container, String ifName) {
    plugin.del(
        new Request.Detach(
            config(CniVersion.V1_1_0, Optional.empty()),
            Delegates.NONE,
            new Attachment(container, ifName),
            Optional.empty(),
            CniArgs.NONE));
  }

  void check(String container, String ifName, String... prevAddresses) {
    Result previous =
        new Result(
            List.of(),
            List.of(prevAddresses).stream()
                .map(IpPrefix::of)
                .map(ip -> new Result.Ip(ip, Optional.empty(), OptionalInt.empty()))
                .toList(),
            List.of(),
            Result.Dns.NONE);
    check(container, ifName, previous);
  }

  void check(String container, String ifName, Result previous) {
    plugin.check(attach(container, ifName, CniVersion.V1_1_0, Map.of(), Optional.of(previous)));
  }

  void gc(Attachment... valid) {
    plugin.gc(network(), Set.of(valid));
  }

  void status() {
    plugin.status(network());
  }

  static CniException refused(Executable call) {
    return assertThrows(CniException.class, call);
  }

  private Request.Attach attach(
      String container,
      String ifName,
      CniVersion version,
      Map<String, String> args,
      Optional<Result> previous) {
    return new Request.Attach(
        config(version, previous),
        Delegates.NONE,
        new Attachment(container, ifName),
        "/run/netns/test",
        new CniArgs(args));
  }

  private Request.Network network() {
    return new Request.Network(config(CniVersion.V1_1_0, Optional.empty()), Delegates.NONE);
  }

  private NetworkConfig config(CniVersion version, Optional<Result> previous) {
    byte[] text = ("{" + json + "}").getBytes(StandardCharsets.UTF_8);
    return new NetworkConfig(
        version, "net", plugin.type(), previous, JsonText.readObject(text, "test"));
  }
}
