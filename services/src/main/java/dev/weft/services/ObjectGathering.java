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
import java.util.function.Consumer;

/** Takes manifests one by one, and then sees whether their objects can stand beside each other. */
final class ObjectGathering {
  private static final String CORE = "v1";
  private static final String DISCOVERY = "discovery.k8s.io";

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

  /** Reads one kind of object; nothing for one that needs no attention. */
  private interface ObjectReader<T> {
    Optional<T> read(Fields object, Consumer<String> warnings);
  }

  void add(Manifest manifest) {
    switch (manifest.kind()) {
      case "Service" -> {
        if (isOf(manifest, "", CORE)) {
          read(manifest, (object, warnings) -> Optional.of(ServiceReader.read(object, warnings)))
              .ifPresent(found -> put(services, found.object().name(), found));
        }
      }
      case "EndpointSlice" -> {
        if (isOf(manifest, DISCOVERY, DISCOVERY + "/v1")) {
          read(manifest, EndpointSliceReader::read)
              .ifPresent(found -> put(slices, found.object().name(), found));
        }
      }
      case "Endpoints" -> {
        if (manifest.apiVersion().equals(CORE)) {
          problems.add(
              Problem.warning(label(manifest) + ": is not read; write an EndpointSlice instead"));
        }
      }
      default -> {}
    }
  }

  /** Whether it is of this API group, whose kinds are those that are meant, and of its version. */
  private boolean isOf(Manifest manifest, String group, String apiVersion) {
    String actual = manifest.apiVersion();
    int slash = actual.indexOf('/');
    if (!actual.substring(0, Math.max(slash, 0)).equals(group)) {
      return false;
    }
    if (!actual.equals(apiVersion)) {
      FieldException refused =
          Fields.of(manifest.object()).refused("apiVersion", "should be " + apiVersion);
      problems.add(Problem.error(label(manifest) + ": " + refused.getMessage()));
      return false;
    }
    return true;
  }

  private <T> Optional<Found<T>> read(Manifest manifest, ObjectReader<T> reader) {
    String label = label(manifest);
    List<Problem> warnings = new ArrayList<>();
    try {
      Optional<T> object =
          reader.read(
              Fields.of(manifest.object()),
              text -> warnings.add(Problem.warning(label + ": " + text)));
      problems.addAll(warnings);
      return object.map(found -> new Found<>(found, label));
    } catch (FieldException e) {
      problems.add(Problem.error(label + ": " + e.getMessage()));
      return Optional.empty();
    }
  }

  private static String label(Manifest manifest) {
    String object = manifest.place() + ", " + manifest.kind();
    try {
      return object + " " + new Metadata(Fields.of(manifest.object())).dnsName();
    } catch (FieldException e) {
      return object; // the reader says what is wrong with the name
    }
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
