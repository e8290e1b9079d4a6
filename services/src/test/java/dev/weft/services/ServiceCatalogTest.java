package dev.weft.services;

import static dev.weft.services.Samples.NODE;
import static dev.weft.services.Samples.draining;
import static dev.weft.services.Samples.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.services.EndpointSlice.Endpoint;
import dev.weft.services.ServiceCatalog.Change;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ServiceCatalogTest {
  private final ServiceCatalog catalog = new ServiceCatalog(NODE);

  private static ObjectName name(String name) {
    return new ObjectName("ns", name);
  }

  private static Service service(String name, int nodePort) {
    IpAddress clusterIp = IpAddress.of("172.30.0." + (name.charAt(0) - 'a' + 1));
    return Samples.service(name(name), clusterIp, Service.Type.NODE_PORT, nodePort);
  }

  private static EndpointSlice slice(String name, String service, Endpoint... endpoints) {
    return Samples.slice(name(name), name(service), IpFamily.V4, endpoints);
  }

  @Test
  void slicesMayComeBeforeTheirService() {
    catalog.put(slice("s", "a", ready("10.0.0.1", "here")));
    assertEquals(List.of(), catalog.takeChanges());
    catalog.put(service("a", 30080));
    List<Change> changes = catalog.takeChanges();
    assertEquals(1, changes.size());
    assertEquals(List.of(), changes.getFirst().before());
    assertEquals(1, changes.getFirst().after().getFirst().backends().cluster().size());
    assertEquals(catalog.told(), changes.getFirst().after());
  }

  @Test
  void aNodeThatMovesServesItsNewZone() {
    ServiceCatalog moving = new ServiceCatalog(new NodeIdentity("here", Optional.empty()));
    moving.put(service("a", 30080));
    moving.put(service("b", 30081));
    moving.put(
        slice(
            "s",
            "a",
            Samples.hinted(ready("10.0.0.1", "x"), Set.of("zone-a"), Set.of()),
            Samples.hinted(ready("10.0.1.1", "y"), Set.of("zone-b"), Set.of())));
    moving.put(slice("t", "b", ready("10.0.2.1", "x")));
    moving.takeChanges();
    moving.move(new NodeIdentity("here", Optional.of("zone-a")));
    List<Change> changes = moving.takeChanges();
    assertEquals(List.of(name("a")), changes.stream().map(Change::service).toList());
    assertEquals(2, changes.getFirst().before().getFirst().backends().cluster().size());
    assertEquals(1, changes.getFirst().after().getFirst().backends().cluster().size());
  }

  @Test
  void whatDoesNotMatterIsNoChange() {
    catalog.put(service("a", 30080));
    catalog.put(slice("s", "a", ready("10.0.0.1", "here"), ready("10.0.0.2", "there")));
    catalog.takeChanges();
    catalog.put(slice("s", "a", ready("10.0.0.2", "there"), ready("10.0.0.1", "here")));
    catalog.put(service("b", 30081));
    catalog.removeService(name("b"));
    catalog.removeSlice(name("unheard"));
    assertEquals(List.of(), catalog.takeChanges());
  }

  @Test
  void aSliceMayMoveToAnotherService() {
    catalog.put(service("a", 30080));
    catalog.put(service("b", 30081));
    catalog.put(slice("s", "a", ready("10.0.0.1", "here")));
    catalog.takeChanges();
    catalog.put(slice("s", "b", ready("10.0.0.1", "here")));
    List<Change> changes = catalog.takeChanges();
    assertEquals(List.of(name("a"), name("b")), changes.stream().map(Change::service).toList());
    assertEquals(List.of(), changes.getFirst().after().getFirst().backends().cluster());
    assertNotEquals(List.of(), changes.getLast().after().getFirst().backends().cluster());
  }

  /** A step of a history. */
  sealed interface Step {
    record PutService(Service service) implements Step {}

    record RemoveService(ObjectName name) implements Step {}

    record PutSlice(EndpointSlice slice) implements Step {}

    record RemoveSlice(ObjectName name) implements Step {}

    /** Everything is listed anew. */
    record Relist() implements Step {}

    record Take() implements Step {}
  }

  @Provide
  Arbitrary<List<Step>> history() {
    Arbitrary<String> services = Arbitraries.of("a", "b", "c");
    Arbitrary<String> slices = Arbitraries.of("r", "s", "t");
    Arbitrary<Endpoint> endpoints =
        Combinators.combine(
                Arbitraries.integers().between(1, 5),
                Arbitraries.of("here", "there"),
                Arbitraries.of(true, false))
            .as(
                (host, node, ready) ->
                    ready ? ready("10.0.0." + host, node) : draining("10.0.0." + host, node));
    Arbitrary<Step> step =
        Arbitraries.oneOf(
            Combinators.combine(services, Arbitraries.of(30080, 30081))
                .as((name, port) -> new Step.PutService(service(name, port))),
            services.map(name -> new Step.RemoveService(name(name))),
            Combinators.combine(slices, services, endpoints.list().ofMaxSize(3))
                .as(
                    (name, service, list) ->
                        new Step.PutSlice(slice(name, service, list.toArray(new Endpoint[0])))),
            slices.map(name -> new Step.RemoveSlice(name(name))),
            Arbitraries.just(new Step.Relist()),
            Arbitraries.just(new Step.Take()));
    return step.list().ofMaxSize(40);
  }

  /** Whoever follows the changes has what follows from the objects that are left. */
  @Property
  void changesAddUpToWhatThereIs(@ForAll("history") List<Step> history) {
    ServiceCatalog catalog = new ServiceCatalog(NODE);
    Map<ObjectName, Service> services = new HashMap<>();
    Map<ObjectName, EndpointSlice> slices = new HashMap<>();
    Map<ObjectName, List<ServedPort>> follower = new TreeMap<>();
    for (Step step : history) {
      switch (step) {
        case Step.PutService(Service service) -> {
          services.put(service.name(), service);
          catalog.put(service);
        }
        case Step.RemoveService(ObjectName name) -> {
          services.remove(name);
          catalog.removeService(name);
        }
        case Step.PutSlice(EndpointSlice slice) -> {
          slices.put(slice.name(), slice);
          catalog.put(slice);
        }
        case Step.RemoveSlice(ObjectName name) -> {
          slices.remove(name);
          catalog.removeSlice(name);
        }
        case Step.Relist() -> {
          services.remove(name("a"));
          slices.remove(name("r"));
          catalog.replaceAll(services.values(), slices.values());
        }
        case Step.Take() -> follow(catalog, follower);
      }
    }
    follow(catalog, follower);
    List<ServedPort> expected =
        new TreeMap<>(services)
            .values().stream()
                .flatMap(service -> ServedPort.of(service, of(service, slices), NODE).stream())
                .toList();
    assertEquals(expected, follower.values().stream().flatMap(Collection::stream).toList());
    assertEquals(expected, catalog.told());
  }

  private static List<EndpointSlice> of(Service service, Map<ObjectName, EndpointSlice> slices) {
    return slices.values().stream().filter(s -> s.service().equals(service.name())).toList();
  }

  private static void follow(ServiceCatalog catalog, Map<ObjectName, List<ServedPort>> follower) {
    for (Change change : catalog.takeChanges()) {
      assertEquals(follower.getOrDefault(change.service(), List.of()), change.before());
      if (change.after().isEmpty()) {
        follower.remove(change.service());
      } else {
        follower.put(change.service(), change.after());
      }
    }
  }
}
