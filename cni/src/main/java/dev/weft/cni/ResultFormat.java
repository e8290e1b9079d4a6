package dev.weft.cni;

import dev.weft.json.Json;
import dev.weft.json.Quoted;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Results as JSON in the form that each version of the specification gives them.
 *
 * <p>Three eras: 0.1.0 and 0.2.0 have one block per address family, 0.3.0 to 0.4.0 have lists,
 * 1.0.0 drops {@code ips[].version} and 1.1.0 adds attributes of interfaces and routes. What a
 * version cannot hold is left out when it is written; what a version does not have is accepted when
 * it is read, and unknown keys are passed over.
 */
public final class ResultFormat {
  private static final long UINT32_MAX = 0xFFFF_FFFFL;

  private ResultFormat() {}

  /**
   * Writes a result in a version's form, {@code cniVersion} first.
   *
   * @throws CniException 1 for 0.1.0 and 0.2.0 if there is no address, which they cannot say
   */
  public static Json.Obj write(Result result, CniVersion version) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("cniVersion", new Json.Str(version.text()));
    if (version.isAtLeast(CniVersion.V0_3_0)) {
      putList(fields, "interfaces", interfaces(result.interfaces(), version));
      putList(fields, "ips", ips(result.ips(), version));
      putList(fields, "routes", routes(result.routes(), version));
    } else {
      putFamilies(fields, result, version);
    }
    if (!result.dns().isEmpty() || !version.isAtLeast(CniVersion.V1_0_0)) {
      fields.put("dns", dns(result.dns()));
    }
    return new Json.Obj(fields);
  }

  /**
   * Reads a result in the form that its {@code cniVersion} says.
   *
   * @param what names the result in errors, such as {@code prevResult}
   * @param otherwise the version of a result that does not say it
   * @throws CniException 1 if the version is unknown, 7 naming a field that is wrong
   */
  public static Result read(Json.Obj json, String what, CniVersion otherwise) {
    ConfigReader reader = new ConfigReader(json, what);
    CniVersion version = version(reader).orElse(otherwise);
    if (!version.isAtLeast(CniVersion.V0_3_0)) {
      return readFamilies(reader);
    }
    List<Result.Interface> interfaces = new ArrayList<>();
    for (ConfigReader link : reader.objects("interfaces")) {
      interfaces.add(readInterface(link));
    }
    List<Result.Ip> ips = new ArrayList<>();
    for (ConfigReader ip : reader.objects("ips")) {
      ips.add(readIp(ip, interfaces.size()));
    }
    return new Result(interfaces, ips, readRoutes(reader), readDns(reader));
  }

  /** The version that a result says it has. */
  static Optional<CniVersion> version(ConfigReader reader) {
    return reader
        .string("cniVersion")
        .filter(text -> !text.isEmpty())
        .map(
            text ->
                CniVersion.of(text)
                    .orElseThrow(
                        () ->
                            new CniException(
                                ErrorCode.INCOMPATIBLE_VERSION,
                                reader.path("cniVersion")
                                    + " is "
                                    + Quoted.of(text)
                                    + ", but should be one of "
                                    + CniVersion.V0_1_0.onwards())));
  }

  /** True if results of both versions have the same form. */
  static boolean sameEra(CniVersion one, CniVersion other) {
    return one.isAtLeast(CniVersion.V0_3_0) == other.isAtLeast(CniVersion.V0_3_0)
        && one.isAtLeast(CniVersion.V1_0_0) == other.isAtLeast(CniVersion.V1_0_0);
  }

  // 0.1.0 and 0.2.0: ip4 and ip6

  private static void putFamilies(Map<String, Json> fields, Result result, CniVersion version) {
    if (result.ips().isEmpty()) {
      throw new CniException(
          ErrorCode.INCOMPATIBLE_VERSION,
          "the result has no address, which version "
              + version.text()
              + " cannot express: configure IPAM or a cniVersion from 0.3.0 on");
    }
    putFamily(fields, "ip4", IpFamily.V4, result);
    putFamily(fields, "ip6", IpFamily.V6, result);
  }

  /** The first address of the family, and the routes of the family. */
  private static void putFamily(
      Map<String, Json> fields, String key, IpFamily family, Result result) {
    for (Result.Ip ip : result.ips()) {
      if (ip.address().family() == family) {
        fields.put(key, family(ip, result.routes()));
        return;
      }
    }
  }

  private static Json.Obj family(Result.Ip ip, List<Result.Route> routes) {
    Map<String, Json> block = new LinkedHashMap<>();
    block.put("ip", new Json.Str(ip.address().toString()));
    ip.gateway().ifPresent(gateway -> block.put("gateway", new Json.Str(gateway.toString())));
    List<Json> same = new ArrayList<>();
    for (Result.Route route : routes) {
      if (route.destination().family() == ip.address().family()) {
        same.add(route(route, CniVersion.V0_2_0));
      }
    }
    putList(block, "routes", same);
    return new Json.Obj(block);
  }

  private static Result readFamilies(ConfigReader reader) {
    List<Result.Ip> ips = new ArrayList<>();
    List<Result.Route> routes = new ArrayList<>();
    for (String key : List.of("ip4", "ip6")) {
      Optional<ConfigReader> block = reader.object(key);
      if (block.isPresent()) {
        ips.add(
            new Result.Ip(
                requiredPrefix(block.get(), "ip"),
                block.get().ipAddress("gateway"),
                OptionalInt.empty()));
        routes.addAll(readRoutes(block.get()));
      }
    }
    return new Result(List.of(), ips, routes, readDns(reader));
  }

  // From 0.3.0 on: interfaces, ips, routes

  private static List<Json> interfaces(List<Result.Interface> interfaces, CniVersion version) {
    List<Json> list = new ArrayList<>(interfaces.size());
    for (Result.Interface link : interfaces) {
      Map<String, Json> fields = new LinkedHashMap<>();
      fields.put("name", new Json.Str(link.name()));
      putText(fields, "mac", link.mac());
      if (version.isAtLeast(CniVersion.V1_1_0)) {
        putNumber(fields, "mtu", link.mtu());
      }
      putText(fields, "sandbox", link.sandbox());
      if (version.isAtLeast(CniVersion.V1_1_0)) {
        putText(fields, "socketPath", link.socketPath().orElse(""));
        putText(fields, "pciID", link.pciId().orElse(""));
      }
      list.add(new Json.Obj(fields));
    }
    return list;
  }

  private static Result.Interface readInterface(ConfigReader link) {
    return new Result.Interface(
        link.string("name").orElse(""),
        link.string("mac").orElse(""),
        positive(link, "mtu"),
        link.string("sandbox").orElse(""),
        link.string("socketPath").filter(text -> !text.isEmpty()),
        link.string("pciID").filter(text -> !text.isEmpty()));
  }

  private static List<Json> ips(List<Result.Ip> ips, CniVersion version) {
    List<Json> list = new ArrayList<>(ips.size());
    for (Result.Ip ip : ips) {
      Map<String, Json> fields = new LinkedHashMap<>();
      if (!version.isAtLeast(CniVersion.V1_0_0)) {
        fields.put("version", new Json.Str(ip.address().family() == IpFamily.V4 ? "4" : "6"));
      }
      putNumber(fields, "interface", ip.interfaceIndex());
      fields.put("address", new Json.Str(ip.address().toString()));
      ip.gateway().ifPresent(gateway -> fields.put("gateway", new Json.Str(gateway.toString())));
      list.add(new Json.Obj(fields));
    }
    return list;
  }

  private static Result.Ip readIp(ConfigReader ip, int interfaces) {
    IpPrefix address = requiredPrefix(ip, "address");
    Optional<IpAddress> gateway = ip.ipAddress("gateway");
    // An IPAM plugin that names an interface names none that it could know.
    OptionalInt index =
        interfaces == 0 ? OptionalInt.empty() : ip.integer("interface", 0, interfaces - 1);
    return new Result.Ip(address, gateway, index);
  }

  private static List<Json> routes(List<Result.Route> routes, CniVersion version) {
    List<Json> list = new ArrayList<>(routes.size());
    for (Result.Route route : routes) {
      list.add(route(route, version));
    }
    return list;
  }

  private static Json.Obj route(Result.Route route, CniVersion version) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("dst", new Json.Str(route.destination().toString()));
    route.gateway().ifPresent(gateway -> fields.put("gw", new Json.Str(gateway.toString())));
    if (version.isAtLeast(CniVersion.V1_1_0)) {
      putNumber(fields, "mtu", route.mtu());
      putNumber(fields, "advmss", route.advertisedMss());
      putNumber(fields, "priority", route.priority());
      putNumber(fields, "table", route.table());
      putNumber(fields, "scope", route.scope());
    }
    return new Json.Obj(fields);
  }

  /**
   * The routes of a result, of one of its families or of a configuration: they have one form.
   *
   * @throws CniException 7 naming a field that is wrong
   */
  public static List<Result.Route> readRoutes(ConfigReader owner) {
    List<Result.Route> routes = new ArrayList<>();
    for (ConfigReader route : owner.objects("routes")) {
      routes.add(
          new Result.Route(
              requiredPrefix(route, "dst"),
              route.ipAddress("gw"),
              positive(route, "mtu"),
              positive(route, "advmss"),
              route.number("priority", 0, UINT32_MAX),
              route.number("table", 0, UINT32_MAX),
              route.integer("scope", 0, 255)));
    }
    return routes;
  }

  private static Json.Obj dns(Result.Dns dns) {
    Map<String, Json> fields = new LinkedHashMap<>();
    putList(fields, "nameservers", strings(dns.nameservers()));
    putText(fields, "domain", dns.domain());
    putList(fields, "search", strings(dns.search()));
    putList(fields, "options", strings(dns.options()));
    return new Json.Obj(fields);
  }

  /**
   * Name resolution as a result and a configuration have it, under the key {@code dns}.
   *
   * @throws CniException 7 naming a field that is wrong
   */
  public static Result.Dns readDns(ConfigReader owner) {
    ConfigReader dns = owner.objectOrEmpty("dns");
    return new Result.Dns(
        dns.strings("nameservers"),
        dns.string("domain").orElse(""),
        dns.strings("search"),
        dns.strings("options"));
  }

  private static IpPrefix requiredPrefix(ConfigReader reader, String key) {
    return reader
        .ipPrefix(key)
        .orElseThrow(() -> reader.missing(key, "should be an address with a prefix length"));
  }

  /** A size in bytes; 0 stands for none. */
  private static OptionalInt positive(ConfigReader reader, String key) {
    OptionalInt number = reader.integer(key, 0, Integer.MAX_VALUE);
    return number.isPresent() && number.getAsInt() == 0 ? OptionalInt.empty() : number;
  }

  private static List<Json> strings(List<String> texts) {
    List<Json> list = new ArrayList<>(texts.size());
    for (String text : texts) {
      list.add(new Json.Str(text));
    }
    return list;
  }

  private static void putList(Map<String, Json> fields, String key, List<Json> elements) {
    if (!elements.isEmpty()) {
      fields.put(key, new Json.Arr(elements));
    }
  }

  private static void putText(Map<String, Json> fields, String key, String text) {
    if (!text.isEmpty()) {
      fields.put(key, new Json.Str(text));
    }
  }

  private static void putNumber(Map<String, Json> fields, String key, OptionalInt number) {
    if (number.isPresent()) {
      fields.put(key, Json.Num.of(number.getAsInt()));
    }
  }

  private static void putNumber(Map<String, Json> fields, String key, OptionalLong number) {
    if (number.isPresent()) {
      fields.put(key, Json.Num.of(number.getAsLong()));
    }
  }
}
