package dev.weft.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import dev.weft.services.EndpointSlice.Endpoint;
import dev.weft.services.yaml.BlockText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Objects survive as text, and damage to one costs only that one. */
class ServiceObjectsProperties {
  private static final Json.Obj BYSTANDER =
      ObjectTrees.of(Samples.service(Service.Type.CLUSTER_IP, 0));

  @Property(tries = 500)
  void serviceIsReadAsItWasWritten(@ForAll @From("services") Service service) {
    for (String text : texts(ObjectTrees.of(service))) {
      ServiceObjects objects = parse(text);
      assertEquals(List.of(service), objects.services(), text);
      assertFalse(hasError(objects), () -> objects.problems() + " of " + text);
    }
  }

  @Property(tries = 500)
  void sliceIsReadAsItWasWritten(@ForAll @From("slices") EndpointSlice slice) {
    for (String text : texts(ObjectTrees.of(slice))) {
      ServiceObjects objects = parse(text);
      assertEquals(List.of(slice), objects.slices(), text);
      assertEquals(List.of(), objects.problems(), text);
    }
  }

  @Property(tries = 1000)
  void wrongValueCostsOnlyItsObject(
      @ForAll @From("trees") Json.Obj tree, @ForAll @From("values") Json value, @ForAll long seed) {
    Json damaged = damaged(tree, value, new Random(seed));
    ServiceObjects objects = parse(BlockText.of(damaged) + "---\n" + BlockText.of(BYSTANDER));
    assertTrue(objects.services().size() + objects.slices().size() >= 1);
    assertEquals(Samples.WEB, objects.services().getLast().name());
    assertTrue(
        objects.problems().stream().filter(ServiceObjectsProperties::isError).count() <= 1,
        objects.problems()::toString);
    for (Problem problem : objects.problems()) {
      assertTrue(problem.text().startsWith("f, document 1 (line "), problem::text);
    }
  }

  @Property(tries = 1000)
  void wrongCharactersAreObjectsOrProblems(
      @ForAll @From("trees") Json.Obj tree, @ForAll long seed) {
    byte[] text = BlockText.of(tree).getBytes(StandardCharsets.UTF_8);
    Random random = new Random(seed);
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      byte[] any = "\n -:{}[]\"'&*!|#%\t\u0000z9".getBytes(StandardCharsets.UTF_8);
      text[random.nextInt(text.length)] =
          random.nextInt(8) == 0 ? (byte) random.nextInt() : any[random.nextInt(any.length)];
    }
    ServiceObjects objects = ServiceObjects.of(Manifests.parse(text, "f"));
    for (Problem problem : objects.problems()) {
      assertTrue(problem.text().startsWith("f, document "), problem::text);
    }
    assertTrue(objects.services().size() + objects.slices().size() <= 2);
  }

  private static List<String> texts(Json.Obj tree) {
    return List.of(BlockText.of(tree), JsonText.write(tree));
  }

  private static ServiceObjects parse(String text) {
    return ServiceObjects.of(Manifests.parse(text.getBytes(StandardCharsets.UTF_8), "f"));
  }

  private static boolean hasError(ServiceObjects objects) {
    return objects.problems().stream().anyMatch(ServiceObjectsProperties::isError);
  }

  private static boolean isError(Problem problem) {
    return problem.severity() == Problem.Severity.ERROR;
  }

  /** The tree with another value at some place within. */
  private static Json damaged(Json tree, Json value, Random random) {
    if (tree instanceof Json.Obj(Map<String, Json> fields) && !fields.isEmpty()) {
      Map<String, Json> changed = new LinkedHashMap<>(fields);
      var field = List.copyOf(fields.entrySet()).get(random.nextInt(fields.size()));
      changed.put(field.getKey(), inner(field.getValue(), value, random));
      return new Json.Obj(changed);
    }
    if (tree instanceof Json.Arr(List<Json> elements) && !elements.isEmpty()) {
      List<Json> changed = new ArrayList<>(elements);
      int at = random.nextInt(changed.size());
      changed.set(at, inner(changed.get(at), value, random));
      return new Json.Arr(changed);
    }
    return value;
  }

  private static Json inner(Json tree, Json value, Random random) {
    return random.nextInt(6) == 0 ? value : damaged(tree, value, random);
  }

  @Provide
  Arbitrary<Json> values() {
    return Arbitraries.of(
        new Json.Null(),
        new Json.Bool(true),
        Json.Num.of(-1),
        Json.Num.of(80),
        Json.Num.of(1L << 40),
        new Json.Str(""),
        new Json.Str("None"),
        new Json.Str("80"),
        new Json.Str("\u00E4\n\""),
        new Json.Str("::1"),
        new Json.Str("10.0.0.01"),
        new Json.Str("x".repeat(300)),
        Json.Obj.EMPTY,
        new Json.Arr(List.of()),
        new Json.Arr(List.of(new Json.Null())),
        new Json.Arr(List.of(Json.Obj.EMPTY, Json.Obj.EMPTY)),
        new Json.Arr(List.of(new Json.Str("None"), new Json.Str("10.0.0.1"))));
  }

  @Provide
  Arbitrary<Json.Obj> trees() {
    return Arbitraries.oneOf(services().map(ObjectTrees::of), slices().map(ObjectTrees::of));
  }

  @Provide
  Arbitrary<Service> services() {
    return Combinators.combine(
            Arbitraries.of(Service.Type.class),
            addresses().list().ofSize(2),
            ports(),
            addresses().list().ofMaxSize(3),
            Arbitraries.of(TrafficPolicy.class).list().ofSize(2),
            Arbitraries.integers().between(1, 86400).optional(),
            ranges().list().ofMaxSize(3),
            Combinators.combine(
                    names().optional(), Arbitraries.integers().between(0, 65535), names())
                .as(Rest::new))
        .as(
            (type, ips, ports, externals, policies, affinity, ranges, rest) ->
                new Service(
                    new ObjectName("town", rest.name()),
                    type,
                    clusterIps(type, ips),
                    ports,
                    externals,
                    policies.getFirst(),
                    policies.getLast(),
                    affinity.map(Duration::ofSeconds),
                    externals.stream()
                        .map(address -> new Service.Ingress(address, address.low() % 2 == 0))
                        .toList(),
                    ranges,
                    rest.healthPort(),
                    rest.proxyName()));
  }

  private record Rest(Optional<String> proxyName, int healthPort, String name) {}

  /** One of each family. */
  private static List<IpAddress> clusterIps(Service.Type type, List<IpAddress> ips) {
    if (type == Service.Type.EXTERNAL_NAME) {
      return List.of();
    }
    boolean both = ips.getFirst().family() != ips.getLast().family();
    return both ? ips : ips.subList(0, 1);
  }

  private static Arbitrary<List<Service.Port>> ports() {
    Arbitrary<Service.Port> port =
        Combinators.combine(
                names(),
                Arbitraries.of(Protocol.class),
                Arbitraries.integers().between(1, 65535),
                Arbitraries.integers().between(1, 65535))
            .as(Service.Port::new);
    return port.list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .uniqueElements(Service.Port::name)
        .uniqueElements(Service.Port::port)
        .uniqueElements(Service.Port::nodePort);
  }

  @Provide
  Arbitrary<EndpointSlice> slices() {
    Arbitrary<EndpointSlice.Port> port =
        Combinators.combine(
                names(), Arbitraries.of(Protocol.class), Arbitraries.integers().between(1, 65535))
            .as(EndpointSlice.Port::new);
    return Combinators.combine(
            names(),
            Arbitraries.of(IpFamily.class),
            port.list().ofMaxSize(3).uniqueElements(EndpointSlice.Port::name),
            endpoints().list().ofMaxSize(5))
        .as(
            (name, family, ports, endpoints) ->
                new EndpointSlice(
                    new ObjectName("town", name + "-1"),
                    new ObjectName("town", name),
                    family,
                    ports,
                    endpoints.stream()
                        .filter(endpoint -> endpoint.address().family() == family)
                        .toList()));
  }

  private static Arbitrary<Endpoint> endpoints() {
    return Combinators.combine(
            addresses(),
            names().optional(),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false),
            names().set().ofMaxSize(2),
            names().set().ofMaxSize(2))
        .as(Endpoint::new);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.oneOf(
        Arbitraries.of("yes", "80", "null", "0x10", "web", "a"),
        Arbitraries.strings().withCharRange('a', 'z').numeric().ofMinLength(1).ofMaxLength(20));
  }

  private static Arbitrary<IpAddress> addresses() {
    return Arbitraries.oneOf(
        Arbitraries.longs()
            .between(0x0A000000L, 0x0AFFFFFFL)
            .map(low -> new IpAddress(IpFamily.V4, 0, low)),
        Arbitraries.longs().map(low -> new IpAddress(IpFamily.V6, 0xFD00_0000_0000_0000L, low)));
  }

  private static Arbitrary<IpPrefix> ranges() {
    return Combinators.combine(addresses(), Arbitraries.integers().between(0, 32))
        .as((address, length) -> new IpPrefix(address, length).network());
  }
}
