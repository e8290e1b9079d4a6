package dev.weft.services;

import static dev.weft.services.Samples.NODE;
import static dev.weft.services.Samples.draining;
import static dev.weft.services.Samples.gone;
import static dev.weft.services.Samples.hinted;
import static dev.weft.services.Samples.ready;
import static dev.weft.services.Samples.slice;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.services.EndpointSlice.Endpoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class BackendSetsTest {
  private static final Service.Port HTTP = new Service.Port("http", Protocol.TCP, 80, 0);

  private static BackendSets sets(EndpointSlice... slices) {
    return BackendSets.of(HTTP, IpFamily.V4, List.of(slices), NODE);
  }

  private static List<String> texts(List<Backend> backends) {
    return backends.stream().map(Backend::toString).toList();
  }

  @Test
  void readyEndpointsServeAndThoseOfThisNodeServeLocally() {
    BackendSets sets = sets(slice(ready("10.0.1.1", "there"), ready("10.0.0.1", "here")));
    assertEquals(List.of("10.0.0.1:8080", "10.0.1.1:8080"), texts(sets.cluster()));
    assertEquals(List.of("10.0.0.1:8080"), texts(sets.local()));
    assertTrue(sets.anywhere());
  }

  @Test
  void withoutAnyNothingServes() {
    assertEquals(BackendSets.NONE, sets());
    assertEquals(BackendSets.NONE, sets(slice(gone("10.0.0.1", "here"))));
  }

  @Test
  void theSetsFallBackToDrainingEndpointsEachForItself() {
    BackendSets sets = sets(slice(draining("10.0.0.1", "here"), ready("10.0.1.1", "there")));
    assertEquals(List.of("10.0.1.1:8080"), texts(sets.cluster()));
    assertEquals(List.of("10.0.0.1:8080"), texts(sets.local()));
    BackendSets last = sets(slice(draining("10.0.0.1", "here"), draining("10.0.1.1", "there")));
    assertEquals(List.of("10.0.0.1:8080", "10.0.1.1:8080"), texts(last.cluster()));
  }

  @Test
  void whetherTheLocalOnesAreReadyIsKnown() {
    assertTrue(sets(slice(ready("10.0.0.1", "here"), draining("10.0.0.2", "here"))).localReady());
    assertFalse(sets(slice(ready("10.0.1.1", "there"), draining("10.0.0.2", "here"))).localReady());
    assertFalse(sets(slice(ready("10.0.1.1", "there"))).localReady());
  }

  @Test
  void whoeverServesItsOldConnectionsOnlyIsKnownToo() {
    BackendSets drained = sets(slice(ready("10.0.1.1", "there"), draining("10.0.1.2", "there")));
    assertEquals(List.of("10.0.1.2:8080"), texts(drained.lingering()));
    Endpoint near = hinted(ready("10.0.0.1", "a"), Set.of("zone-a"), Set.of());
    Endpoint far = hinted(ready("10.0.1.1", "b"), Set.of("zone-b"), Set.of());
    assertEquals(List.of("10.0.1.1:8080"), texts(sets(slice(near, far)).lingering()));
    assertEquals(
        List.of(),
        texts(sets(slice(ready("10.0.1.1", "there"), gone("10.0.1.2", "there"))).lingering()));
  }

  @Test
  void noneHereButSomeElsewhereIsKnown() {
    BackendSets sets = sets(slice(ready("10.0.1.1", "there")));
    assertEquals(List.of(), sets.local());
    assertTrue(sets.anywhere());
  }

  @Test
  void hintsOfZoneAreHeededIfAllHaveSomeAndOneIsForOurs() {
    Endpoint near = hinted(ready("10.0.0.1", "a"), Set.of("zone-a"), Set.of());
    Endpoint far = hinted(ready("10.0.1.1", "b"), Set.of("zone-b"), Set.of());
    assertEquals(List.of("10.0.0.1:8080"), texts(sets(slice(near, far)).cluster()));
    assertEquals(1, sets(slice(far)).cluster().size(), "none for our zone: all");
    assertEquals(
        3, sets(slice(near, far, ready("10.0.2.1", "c"))).cluster().size(), "one has none");
    BackendSets homeless =
        BackendSets.of(
            HTTP,
            IpFamily.V4,
            List.of(slice(near, far)),
            new NodeIdentity("here", Optional.empty()));
    assertEquals(2, homeless.cluster().size());
  }

  @Test
  void hintsOfNodeComeBeforeThoseOfZone() {
    Endpoint here = hinted(ready("10.0.0.1", "here"), Set.of("zone-a"), Set.of("here"));
    Endpoint zone = hinted(ready("10.0.1.1", "x"), Set.of("zone-a"), Set.of("x"));
    Endpoint far = hinted(ready("10.0.2.1", "y"), Set.of("zone-b"), Set.of("y"));
    assertEquals(List.of("10.0.0.1:8080"), texts(sets(slice(here, zone, far)).cluster()));
    assertEquals(List.of("10.0.1.1:8080"), texts(sets(slice(zone, far)).cluster()));
  }

  @Test
  void theLocalSetIgnoresHints() {
    Endpoint elsewhere = hinted(ready("10.0.0.1", "here"), Set.of("zone-b"), Set.of());
    Endpoint near = hinted(ready("10.0.1.1", "there"), Set.of("zone-a"), Set.of());
    BackendSets sets = sets(slice(elsewhere, near));
    assertEquals(List.of("10.0.0.1:8080"), texts(sets.local()));
    assertEquals(List.of("10.0.1.1:8080"), texts(sets.cluster()));
  }

  @Test
  void drainingEndpointsHaveNoTopology() {
    Endpoint far = hinted(draining("10.0.1.1", "b"), Set.of("zone-b"), Set.of());
    Endpoint near = hinted(draining("10.0.0.1", "a"), Set.of("zone-a"), Set.of());
    assertEquals(2, sets(slice(far, near)).cluster().size());
  }

  @Test
  void otherPortsAndFamiliesDoNotCount() {
    EndpointSlice otherPort =
        new EndpointSlice(
            new ObjectName("shop", "web-2"),
            Samples.WEB,
            IpFamily.V4,
            List.of(
                new EndpointSlice.Port("https", Protocol.TCP, 8443),
                new EndpointSlice.Port("http", Protocol.UDP, 8080)),
            List.of(ready("10.0.0.9", "here")));
    assertEquals(BackendSets.NONE, sets(otherPort, slice(IpFamily.V6, ready("fd00::1", "here"))));
  }

  @Test
  void anAddressInTwoSlicesCountsOnceAsTheMoreUsefulOne() {
    BackendSets sets = sets(slice(gone("10.0.0.1", "here")), slice(ready("10.0.0.1", "here")));
    assertEquals(List.of("10.0.0.1:8080"), texts(sets.cluster()));
  }

  @Provide
  Arbitrary<List<Endpoint>> endpoints() {
    Arbitrary<Set<String>> zones = Arbitraries.of("zone-a", "zone-b").set().ofMaxSize(2);
    Arbitrary<Set<String>> nodes = Arbitraries.of("here", "there").set().ofMaxSize(1);
    return Combinators.combine(
            Arbitraries.integers().between(1, 12),
            Arbitraries.of("here", "there", "beyond").optional(),
            Arbitraries.of(0, 1, 2, 3),
            zones,
            nodes)
        .as(
            (host, node, state, forZones, forNodes) ->
                new Endpoint(
                    IpAddress.of("10.0.0." + host),
                    node,
                    state == 0,
                    state < 3,
                    state == 1,
                    forZones,
                    forNodes))
        .list()
        .ofMaxSize(8);
  }

  /**
   * Whatever there is: a set is empty only if nothing could be in it, and the order is no matter.
   */
  @Property
  void nothingThatCouldServeIsLeftOutForTheSakeOfAHint(
      @ForAll("endpoints") List<Endpoint> endpoints, @ForAll Random random) {
    BackendSets sets = sets(slice(endpoints.toArray(new Endpoint[0])));
    Stream<Endpoint> useful = endpoints.stream().filter(e -> e.ready() || e.drains());
    assertEquals(useful.findAny().isPresent(), sets.anywhere());
    assertEquals(sets.anywhere(), !sets.cluster().isEmpty());
    assertTrue(sets.local().stream().allMatch(Backend::local));
    List<Endpoint> shuffled = new ArrayList<>(endpoints);
    Collections.shuffle(shuffled, random);
    int cut = shuffled.isEmpty() ? 0 : random.nextInt(shuffled.size());
    BackendSets again =
        sets(
            slice(shuffled.subList(0, cut).toArray(new Endpoint[0])),
            slice(shuffled.subList(cut, shuffled.size()).toArray(new Endpoint[0])));
    assertEquals(texts(sets.cluster()), texts(again.cluster()));
    assertEquals(sets.anywhere(), again.anywhere());
  }
}
