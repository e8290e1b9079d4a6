package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A result that is written and read again is the same, as far as the version can hold it. */
class ResultFormatProperties {

  @Property(tries = 300)
  void newestVersionHoldsEverything(@ForAll @From("results") Result result) {
    assertEquals(result, throughVersion(result, CniVersion.V1_1_0));
  }

  @Property(tries = 300)
  void olderVersionsDropOnlyWhatTheyDoNotHave(
      @ForAll @From("results") Result result, @ForAll CniVersion version) {
    if (!version.isAtLeast(CniVersion.V0_3_0)) {
      return;
    }
    Result plain = version.isAtLeast(CniVersion.V1_1_0) ? result : withoutNewestFields(result);
    assertEquals(plain, throughVersion(result, version));
  }

  @Property(tries = 300)
  void firstEraHoldsOneAddressPerFamilyAndItsRoutes(@ForAll @From("results") Result result) {
    if (result.ips().isEmpty()) {
      return;
    }
    Result read = throughVersion(result, CniVersion.V0_2_0);
    assertEquals(List.of(), read.interfaces());
    assertEquals(result.dns(), read.dns());
    for (IpFamily family : IpFamily.values()) {
      List<Result.Ip> had = ofFamily(result, family);
      List<Result.Ip> have = ofFamily(read, family);
      assertEquals(Math.min(had.size(), 1), have.size());
      if (!have.isEmpty()) {
        assertEquals(had.getFirst().address(), have.getFirst().address());
        assertEquals(had.getFirst().gateway(), have.getFirst().gateway());
        assertEquals(routes(withoutNewestFields(result), family), routes(read, family));
      }
    }
  }

  @Property(tries = 300)
  void whatHasGoneThroughAVersionOnceGoesThroughUnchanged(
      @ForAll @From("results") Result result, @ForAll CniVersion version) {
    if (!version.isAtLeast(CniVersion.V0_3_0) && result.ips().isEmpty()) {
      return;
    }
    Result once = throughVersion(result, version);
    assertEquals(once, throughVersion(once, version));
  }

  private static Result throughVersion(Result result, CniVersion version) {
    return ResultFormat.read(
        ResultFormat.write(result, version), "the result", CniVersion.newest());
  }

  private static Result withoutNewestFields(Result result) {
    return new Result(
        result.interfaces().stream()
            .map(
                link ->
                    new Result.Interface(
                        link.name(), link.mac(), OptionalInt.empty(), link.sandbox()))
            .toList(),
        result.ips(),
        result.routes().stream()
            .map(route -> new Result.Route(route.destination(), route.gateway()))
            .toList(),
        result.dns());
  }

  private static List<Result.Ip> ofFamily(Result result, IpFamily family) {
    return result.ips().stream().filter(ip -> ip.address().family() == family).toList();
  }

  private static List<Result.Route> routes(Result result, IpFamily family) {
    return result.routes().stream()
        .filter(route -> route.destination().family() == family)
        .toList();
  }

  @Provide
  Arbitrary<Result> results() {
    return interfaces()
        .list()
        .ofMaxSize(3)
        .flatMap(
            links ->
                Combinators.combine(
                        ips(links.size()).list().ofMaxSize(4), routes().list().ofMaxSize(3), dns())
                    .as((ips, routes, dns) -> new Result(links, ips, routes, dns)));
  }

  private static Arbitrary<Result.Interface> interfaces() {
    return Combinators.combine(
            words(),
            words(),
            Arbitraries.integers().between(1, 65535).map(OptionalInt::of),
            words(),
            words().map(ResultFormatProperties::unlessEmpty),
            words().map(ResultFormatProperties::unlessEmpty))
        .as(Result.Interface::new);
  }

  private static Arbitrary<Result.Ip> ips(int interfaces) {
    Arbitrary<OptionalInt> index =
        interfaces == 0
            ? Arbitraries.just(OptionalInt.empty())
            : Arbitraries.integers().between(0, interfaces - 1).map(OptionalInt::of);
    return Combinators.combine(prefixes(), addresses().optional(), index).as(Result.Ip::new);
  }

  private static Arbitrary<Result.Route> routes() {
    return Combinators.combine(
            prefixes(),
            addresses().optional(),
            Arbitraries.integers().between(1, 65535).map(OptionalInt::of),
            Arbitraries.of(OptionalInt.empty(), OptionalInt.of(1460)),
            Arbitraries.longs().between(0, 0xFFFF_FFFFL).map(OptionalLong::of),
            Arbitraries.of(OptionalLong.empty(), OptionalLong.of(0), OptionalLong.of(254)),
            Arbitraries.of(OptionalInt.empty(), OptionalInt.of(0), OptionalInt.of(253)))
        .as(Result.Route::new);
  }

  private static Arbitrary<Result.Dns> dns() {
    Arbitrary<List<String>> lists = words().list().ofMaxSize(2);
    return Combinators.combine(lists, words(), lists, lists).as(Result.Dns::new);
  }

  private static Arbitrary<IpAddress> addresses() {
    return Arbitraries.oneOf(
        Arbitraries.longs()
            .between(0, 0xFFFF_FFFFL)
            .map(word -> new IpAddress(IpFamily.V4, 0, word)),
        Combinators.combine(
                Arbitraries.longs().between(0x2000_0000_0000_0000L, 0x3FFF_FFFF_FFFF_FFFFL),
                Arbitraries.longs())
            .as((high, low) -> new IpAddress(IpFamily.V6, high, low)));
  }

  private static Arbitrary<IpPrefix> prefixes() {
    return Combinators.combine(addresses(), Arbitraries.integers().between(0, 128))
        .as((address, length) -> new IpPrefix(address, Math.min(length, address.family().bits())));
  }

  private static Arbitrary<String> words() {
    return Arbitraries.strings().ascii().ofMaxLength(8);
  }

  private static Optional<String> unlessEmpty(String word) {
    return Optional.of(word).filter(text -> !text.isEmpty());
  }
}
