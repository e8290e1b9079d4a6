package dev.weft.ipam;

import dev.weft.cni.CniArgs;
import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.NetworkConfig;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The addresses that a caller wants for a container, from the three places where it can say so. */
final class RequestedAddresses {
  static final String SHOULD = "should be an IP address";

  private RequestedAddresses() {}

  /** CNI_ARGS {@code IP}, {@code args.cni.ips} and {@code runtimeConfig.ips}, all together. */
  static List<IpAddress> read(NetworkConfig config, CniArgs args) {
    Set<IpAddress> requested = new LinkedHashSet<>();
    args.get("IP")
        .filter(text -> !text.isEmpty())
        .ifPresent(
            text ->
                requested.add(parse(text).orElseThrow(() -> refusedArgument("IP", text, SHOULD))));
    requested.addAll(config.args().parsedList("ips", RequestedAddresses::parse, SHOULD));
    requested.addAll(config.runtimeConfig().parsedList("ips", RequestedAddresses::parse, SHOULD));
    return List.copyOf(requested);
  }

  /** The refusal of a value in CNI_ARGS, to be thrown. */
  static CniException refusedArgument(String key, String text, String should) {
    return new CniException(
        ErrorCode.INVALID_ENVIRONMENT, "CNI_ARGS has " + key + "=" + text + ", but it " + should);
  }

  /** A prefix length is allowed: other plugins need it; the range's counts. */
  private static Optional<IpAddress> parse(String text) {
    return IpAddress.parse(text).or(() -> IpPrefix.parse(text).map(IpPrefix::address));
  }
}
