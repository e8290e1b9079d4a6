package dev.weft.plugins.bridge;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniArgs;
import dev.weft.cni.CniVersion;
import dev.weft.cni.Delegates;
import dev.weft.cni.NetworkConfig;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** A call of the plugin as a runtime would make it; every {@code with} makes another one. */
record Call(
    Json.Obj json,
    AddressPool pool,
    Attachment attachment,
    String netns,
    CniArgs args,
    Optional<Result> prevResult) {

  static final String NETWORK = "blue";

  /** A call for the network {@value #NETWORK} without IPAM. */
  static Call layerTwo() {
    return new Call(
        parse("{'cniVersion':'1.1.0','name':'blue','type':'bridge','bridge':'br0'}"),
        new AddressPool(),
        new Attachment("a", "eth0"),
        "/run/netns/a",
        CniArgs.NONE,
        Optional.empty());
  }

  /** A call for the network {@value #NETWORK} whose addresses come from a pool. */
  static Call withPool(AddressPool pool) {
    Call call = layerTwo().with("ipam", "{'type':'pool'}");
    return new Call(call.json, pool, call.attachment, call.netns, call.args, Optional.empty());
  }

  /**
   * The same call with one key set.
   *
   * @param value as JSON, with single quotes for double ones
   */
  Call with(String key, String value) {
    Json parsed = parse("{'value':" + value + "}").find("value").orElseThrow();
    return new Call(json.with(key, parsed), pool, attachment, netns, args, prevResult);
  }

  Call without(String key) {
    return new Call(json.without(key), pool, attachment, netns, args, prevResult);
  }

  /** The same call for another container, in the namespace of the same name. */
  Call container(String id) {
    Attachment other = new Attachment(id, attachment.ifName());
    return new Call(json, pool, other, "/run/netns/" + id, args, prevResult);
  }

  Call ifName(String name) {
    Attachment other = new Attachment(attachment.containerId(), name);
    return new Call(json, pool, other, netns, args, prevResult);
  }

  Call netns(String path) {
    return new Call(json, pool, attachment, path, args, prevResult);
  }

  Call arguments(Map<String, String> values) {
    return new Call(json, pool, attachment, netns, new CniArgs(values), prevResult);
  }

  Call after(Result result) {
    return new Call(json, pool, attachment, netns, args, Optional.of(result));
  }

  NetworkConfig config() {
    String name = json.find("name").orElseThrow() instanceof Json.Str(String text) ? text : "";
    return new NetworkConfig(CniVersion.V1_1_0, name, "bridge", prevResult, json);
  }

  Request.Attach attach() {
    return new Request.Attach(config(), delegates(), attachment, netns, args);
  }

  Request.Detach detach() {
    Optional<String> path = netns.isEmpty() ? Optional.empty() : Optional.of(netns);
    return new Request.Detach(config(), delegates(), attachment, path, args);
  }

  Request.Network network() {
    return new Request.Network(config(), pool.delegates(Optional.empty()));
  }

  private Delegates delegates() {
    return pool.delegates(Optional.of(attachment));
  }

  private static Json.Obj parse(String text) {
    return JsonText.readObject(
        text.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "the configuration");
  }
}
