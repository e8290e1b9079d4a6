package dev.weft.services;

import dev.weft.net.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Takes objects one by one, and then sees whether they can stand beside each other. */
final class ObjectGathering {
  private final Map<ObjectName, Found<Service>> services = new LinkedHashMap<>();
  private final Map<ObjectName, Found<EndpointSlice>> slices = new LinkedHashMap<>();
  private final List<Problem> problems;

  ObjectGathering(Collection<Problem> problems) {
    this.problems = new ArrayList<>(problems);
  }

  /**
   * An object.
   *
   * @param label the place and the name, as problems begin
   */
  private record Found<T>(T object, String label) {}

  void add(ObjectReading reading) {
    problems.addAll(reading.problems());
    reading
        .object()
        .ifPresent(
            object -> {
              switch (object) {
                case Service service ->
                    put(services, service.name(), new Found<>(service, reading.label()));
                case EndpointSlice slice ->
                    put(slices, slice.name(), new Found<>(slice, reading.label()));
              }
            });
  }

  private <T> void put(Map<ObjectName, Found<T>> known, ObjectName name, Found<T> found) {
    Found<T> before = known.put(name, found);
    if (before != null) {
      problems.add(
          Problem.warning(found.label() + ": takes the place of the one in " + before.label()));
    }
  }

  ServiceObjects objects() {
    return new ServiceObjects(
        withoutClashes(), slices.values().stream().map(Found::object).toList(), problems);
  }

  /** What API servers assign once: of two Services that claim the same, the first has it. */
  private List<Service> withoutClashes() {
    Map<Claim, Found<Service>> claims = new HashMap<>();
    List<Service> free = new ArrayList<>();
    for (Found<Service> found : services.values()) {
      List<Claim> own = claims(found.object());
      Optional<Claim> clash = own.stream().filter(claims::containsKey).findFirst();
      if (clash.isPresent()) {
        Found<Service> holder = Objects.requireNonNull(claims.get(clash.get()));
        problems.add(
            Problem.error(
                found.label()
                    + ": "
                    + clash.get()
                    + ", but should differ from that of "
                    + holder.object().name()));
      } else {
        own.forEach(claim -> claims.put(claim, found));
        free.add(found.object());
      }
    }
    return free;
  }

  /** Something that only one Service may have. */
  private sealed interface Claim {
    record ClusterIp(IpAddress address) implements Claim {
      @Override
      public String toString() {
        return "spec.clusterIP is " + address;
      }
    }

    record NodePort(Protocol protocol, int port) implements Claim {
      @Override
      public String toString() {
        return "a nodePort is " + port + ", " + protocol;
      }
    }
  }

  private static List<Claim> claims(Service service) {
    List<Claim> claims = new ArrayList<>();
    service.clusterIps().forEach(address -> claims.add(new Claim.ClusterIp(address)));
    if (service.isServed() && service.type() != Service.Type.CLUSTER_IP) {
      for (Service.Port port : service.ports()) {
        if (port.nodePort() != 0) {
          claims.add(new Claim.NodePort(port.protocol(), port.nodePort()));
        }
      }
    }
    return claims;
  }
}
