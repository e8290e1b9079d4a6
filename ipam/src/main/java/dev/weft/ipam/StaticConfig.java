package dev.weft.ipam;

import dev.weft.cni.CniArgs;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.NetworkConfig;
import dev.weft.cni.Result;
import dev.weft.cni.ResultFormat;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What static is told.
 *
 * <p>Addresses come from {@code ipam.addresses}, and those of CNI_ARGS {@code IP=a,b} beside them;
 * {@code args.cni.ips} takes the place of both, and {@code runtimeConfig.ips} the place of all.
 */
final class StaticConfig {
  private static final String SHOULD =
      "should be an address with a prefix length, such as 10.1.0.5/16";

  private StaticConfig() {}

  /** The result of an ADD, which is all that there is to know. */
  static Result read(NetworkConfig config, CniArgs args) {
    ConfigReader ipam = HostLocalConfig.ipam(config);
    List<Result.Ip> ips = configured(ipam);
    ips.addAll(fromArguments(args));
    ips = replaced(withGateways(ips, args), config.args());
    ips = replaced(ips, config.runtimeConfig());
    if (ips.isEmpty()) {
      throw ipam.missing("addresses", "should list one address or more, or the caller name one");
    }
    List<IpFamily> families = new ArrayList<>();
    for (Result.Ip ip : ips) {
      families.add(ip.address().family());
    }
    OneAddressPerFamily.require(config.version(), families, ipam.path("addresses"));
    return new Result(List.of(), ips, ResultFormat.readRoutes(ipam), ResultFormat.readDns(ipam));
  }

  private static List<Result.Ip> configured(ConfigReader ipam) {
    List<Result.Ip> ips = new ArrayList<>();
    for (ConfigReader reader : ipam.objects("addresses")) {
      IpPrefix address =
          reader.ipPrefix("address").orElseThrow(() -> reader.missing("address", SHOULD));
      Optional<IpAddress> gateway = reader.ipAddress("gateway");
      if (gateway.isPresent() && gateway.get().family() != address.family()) {
        throw reader.refused("gateway", "should be of the same family as its address " + address);
      }
      ips.add(new Result.Ip(address, gateway, OptionalInt.empty()));
    }
    return ips;
  }

  private static List<Result.Ip> fromArguments(CniArgs args) {
    List<Result.Ip> ips = new ArrayList<>();
    for (String text : words(args, "IP")) {
      IpPrefix address =
          IpPrefix.parse(text)
              .orElseThrow(() -> RequestedAddresses.refusedArgument("IP", text, SHOULD));
      ips.add(new Result.Ip(address, Optional.empty(), OptionalInt.empty()));
    }
    return ips;
  }

  /** Gives each gateway of the caller to the addresses in whose network it lies. */
  private static List<Result.Ip> withGateways(List<Result.Ip> ips, CniArgs args) {
    List<Result.Ip> changed = ips;
    for (String text : words(args, "GATEWAY")) {
      IpAddress gateway =
          IpAddress.parse(text)
              .orElseThrow(
                  () ->
                      RequestedAddresses.refusedArgument(
                          "GATEWAY", text, RequestedAddresses.SHOULD));
      List<Result.Ip> given = new ArrayList<>();
      for (Result.Ip ip : changed) {
        given.add(
            ip.address().contains(gateway)
                ? new Result.Ip(ip.address(), Optional.of(gateway), ip.interfaceIndex())
                : ip);
      }
      changed = given;
    }
    return changed;
  }

  private static List<Result.Ip> replaced(List<Result.Ip> ips, ConfigReader caller) {
    List<IpPrefix> addresses = caller.parsedList("ips", IpPrefix::parse, SHOULD);
    if (addresses.isEmpty()) {
      return ips;
    }
    List<Result.Ip> replaced = new ArrayList<>();
    for (IpPrefix address : addresses) {
      replaced.add(new Result.Ip(address, Optional.empty(), OptionalInt.empty()));
    }
    return replaced;
  }

  /** The non-empty parts of a comma list. */
  private static List<String> words(CniArgs args, String key) {
    List<String> words = new ArrayList<>();
    String text = args.get(key).orElse("");
    int start = 0;
    while (start < text.length()) {
      int comma = text.indexOf(',', start);
      int end = comma < 0 ? text.length() : comma;
      String word = text.substring(start, end).strip();
      if (!word.isEmpty()) {
        words.add(word);
      }
      start = end + 1;
    }
    return words;
  }
}
