package dev.weft.cni;

import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What an ADD made, free of any version: the richest form, from which {@code ResultFormat} writes
 * the version that was asked for.
 *
 * @param interfaces empty for an IPAM plugin
 */
public record Result(List<Interface> interfaces, List<Ip> ips, List<Route> routes, Dns dns) {

  public Result {
    interfaces = List.copyOf(interfaces);
    ips = List.copyOf(ips);
    routes = List.copyOf(routes);
  }

  public static final Result EMPTY = new Result(List.of(), List.of(), List.of(), Dns.NONE);

  /**
   * A link that the plugin made or changed.
   *
   * @param mac empty if it has none
   * @param mtu in bytes
   * @param sandbox the namespace's path as the runtime gave it; empty for a link of the host
   */
  public record Interface(
      String name,
      String mac,
      OptionalInt mtu,
      String sandbox,
      Optional<String> socketPath,
      Optional<String> pciId) {

    public Interface(String name, String mac, OptionalInt mtu, String sandbox) {
      this(name, mac, mtu, sandbox, Optional.empty(), Optional.empty());
    }
  }

  /**
   * An address.
   *
   * @param interfaceIndex into {@code interfaces}; absent from an IPAM plugin
   */
  public record Ip(IpPrefix address, Optional<IpAddress> gateway, OptionalInt interfaceIndex) {}

  /**
   * A route that the container has.
   *
   * @param mtu in bytes
   * @param advertisedMss in bytes
   * @param priority the metric
   * @param scope rtm_scope
   */
  public record Route(
      IpPrefix destination,
      Optional<IpAddress> gateway,
      OptionalInt mtu,
      OptionalInt advertisedMss,
      OptionalLong priority,
      OptionalLong table,
      OptionalInt scope) {

    public Route(IpPrefix destination, Optional<IpAddress> gateway) {
      this(
          destination,
          gateway,
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalInt.empty());
    }

    // Written out for the reason that IpAddress gives.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Route that
          && destination.equals(that.destination)
          && gateway.equals(that.gateway)
          && mtu.equals(that.mtu)
          && advertisedMss.equals(that.advertisedMss)
          && priority.equals(that.priority)
          && table.equals(that.table)
          && scope.equals(that.scope);
    }

    @Override
    public int hashCode() {
      return 31 * destination.hashCode() + gateway.hashCode();
    }
  }

  /** Name resolution; all empty for none. */
  public record Dns(
      List<String> nameservers, String domain, List<String> search, List<String> options) {
    public static final Dns NONE = new Dns(List.of(), "", List.of(), List.of());

    public Dns {
      nameservers = List.copyOf(nameservers);
      search = List.copyOf(search);
      options = List.copyOf(options);
    }

    public boolean isEmpty() {
      return nameservers.isEmpty() && domain.isEmpty() && search.isEmpty() && options.isEmpty();
    }
  }
}
