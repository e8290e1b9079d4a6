package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What every {@link Nftables} does, be it Linux's or the one in memory. */
abstract class NftablesContract {
  static final NftTable TABLE =
      new NftTable(
          NftTable.Family.INET,
          "weft_test",
          "made by a test; harmless { } #",
          List.of(
              set("v4", "ipv4_addr", false),
              set("v6", "ipv6_addr", false),
              set("pairs", "ipv4_addr . ipv4_addr", true),
              set("ranges", "ipv4_addr", true),
              set("raw4", "@nh,96,64", true),
              set("raw6", "@nh,64,256", true),
              set("ports", "ifname . ether_addr", false),
              new NftTable.Set(
                  "services",
                  "ipv4_addr . inet_proto . inet_service",
                  Optional.of("ipv4_addr . inet_service"),
                  false),
              new NftTable.Set("marks", "mark", Optional.of("mark"), false)),
          List.of(
              new NftTable.Chain(
                  "postrouting",
                  Optional.of("type nat hook postrouting priority srcnat; policy accept"),
                  List.of(
                      "ip daddr { 224.0.0.0/4, 255.255.255.255 } return",
                      "ip saddr @v4 jump later comment \"first; {\"",
                      "ip saddr . ip daddr @pairs counter comment \"second\"",
                      "meta nfproto ipv4 @nh,96,64 @raw4 return",
                      "meta nfproto ipv6 @nh,64,256 @raw6 return")),
              new NftTable.Chain("later", Optional.empty(), List.of("masquerade"))));

  private Namespaces namespaces;
  private NetworkNamespace namespace;
  private Nftables nftables;

  private static NftTable.Set set(String name, String type, boolean interval) {
    return new NftTable.Set(name, type, Optional.empty(), interval);
  }

  /** Makes the kernel under test, or aborts the test if this machine has none. */
  abstract Namespaces namespaces();

  @BeforeEach
  void openNamespace() {
    namespaces = namespaces();
    namespace = namespaces.open("here");
    nftables = namespace.nftables();
  }

  @AfterEach
  void removeNamespaces() {
    if (namespaces != null) {
      namespaces.close();
    }
  }

  NetworkNamespace namespace() {
    return namespace;
  }

  Nftables nftables() {
    return nftables;
  }

  static NftValue address(String text) {
    return new NftValue.Address(IpAddress.of(text));
  }

  static NftElement element(String comment, NftValue... key) {
    return new NftElement(List.of(key), Optional.empty(), Optional.empty(), Optional.of(comment));
  }

  static NftElement range(String comment, List<NftValue> key, List<NftValue> end) {
    return new NftElement(key, Optional.of(end), Optional.empty(), Optional.of(comment));
  }

  static NftElement entry(List<NftValue> key, NftValue... value) {
    return new NftElement(key, Optional.empty(), Optional.of(List.of(value)), Optional.of("entry"));
  }

  static NftElementChange create(String set, NftElement element) {
    return new NftElementChange.Create(TABLE.family(), TABLE.name(), set, element);
  }

  static NftElementChange add(String set, NftElement element) {
    return new NftElementChange.Add(TABLE.family(), TABLE.name(), set, element);
  }

  static NftElementChange remove(String set, NftElement element) {
    return new NftElementChange.Remove(TABLE.family(), TABLE.name(), set, element);
  }

  Set<NftElement> elements(String set) {
    return Set.copyOf(nftables.elements(TABLE.family(), TABLE.name(), set));
  }

  static KernelException assertRefused(Errno errno, Executable change) {
    KernelException refusal = assertThrows(KernelException.class, change);
    assertEquals(errno, refusal.errno(), refusal.getMessage());
    return refusal;
  }

  @Test
  void aTableIsCreatedOnce() {
    for (NftTable.Family family : NftTable.Family.values()) {
      assertTrue(nftables.isAvailable(family), family.text());
      assertFalse(nftables.exists(family, "weft_trial"));
    }
    assertFalse(nftables.exists(TABLE.family(), TABLE.name()));
    assertTrue(nftables.ensure(TABLE));
    nftables.apply(List.of(create("v4", element("kept", address("10.0.0.1")))));
    assertFalse(nftables.ensure(TABLE));
    assertTrue(nftables.exists(TABLE.family(), TABLE.name()));
    assertFalse(nftables.exists(NftTable.Family.IP, TABLE.name()));
    assertEquals(Set.of(element("kept", address("10.0.0.1"))), elements("v4"));
  }

  @Test
  void loadingReplacesATableWithAllThatIsInIt() {
    nftables.load(List.of(TABLE));
    nftables.apply(List.of(create("v4", element("gone", address("10.0.0.1")))));
    nftables.load(List.of(TABLE));
    assertEquals(Set.of(), elements("v4"));
  }

  @Test
  void aDeletedTableIsGone() {
    nftables.ensure(TABLE);
    nftables.delete(TABLE.family(), TABLE.name());
    assertFalse(nftables.exists(TABLE.family(), TABLE.name()));
    assertRefused(Errno.ENOENT, () -> nftables.delete(TABLE.family(), TABLE.name()));
  }

  @Test
  void elementsOfEveryTypeAreReadBack() {
    nftables.ensure(TABLE);
    NftElement v4 = element("net/eth0/a", address("10.0.0.1"));
    NftElement v6 = element("x".repeat(128), address("fd00::1"));
    NftElement pair =
        range(
            "own subnet",
            List.of(address("10.0.0.1"), address("10.0.0.0")),
            List.of(address("10.0.0.1"), address("10.0.0.255")));
    NftElement port =
        element(
            "é",
            new NftValue.InterfaceName("veth0123456789a"),
            new NftValue.Mac(MacAddress.of("02:00:00:00:00:01")));
    NftElement service =
        entry(
            List.of(address("10.0.0.1"), new NftValue.Protocol(17), new NftValue.Port(53)),
            address("10.9.8.7"),
            new NftValue.Port(5353));
    NftElement mark = entry(List.of(new NftValue.Mark(0x4000)), new NftValue.Mark(-2));
    nftables.apply(
        List.of(
            create("v4", v4),
            create("v6", v6),
            create("pairs", pair),
            create("ports", port),
            add("services", service),
            add("marks", mark)));
    assertEquals(Set.of(v4), elements("v4"));
    assertEquals(Set.of(v6), elements("v6"));
    assertEquals(Set.of(pair), elements("pairs"));
    assertEquals(Set.of(port), elements("ports"));
    assertEquals(Set.of(service), elements("services"));
    assertEquals(Set.of(mark), elements("marks"));
    nftables.apply(
        List.of(
            remove("v4", v4),
            remove("v6", v6),
            remove("pairs", pair),
            remove("ports", port),
            remove("services", service),
            remove("marks", mark)));
    for (NftTable.Set set : TABLE.sets()) {
      assertEquals(Set.of(), elements(set.name()));
    }
  }

  @Test
  void rangesOfPlainKeysAreReadBack() {
    nftables.ensure(TABLE);
    NftElement low = range("low", List.of(address("0.0.0.0")), List.of(address("9.255.255.255")));
    NftElement next = range("next", List.of(address("10.0.0.0")), List.of(address("10.0.0.0")));
    NftElement top =
        range("top", List.of(address("240.0.0.0")), List.of(address("255.255.255.255")));
    nftables.apply(List.of(create("ranges", low), create("ranges", next), create("ranges", top)));
    assertEquals(Set.of(low, next, top), elements("ranges"));
    nftables.apply(List.of(remove("ranges", next)));
    assertEquals(Set.of(low, top), elements("ranges"));
  }

  static NftValue raw(String hex) {
    return NftValue.Raw.of(HexFormat.of().parseHex(hex));
  }

  private static NftElement rawRange(String comment, String from, String to) {
    return range(comment, List.of(raw(from)), List.of(raw(to)));
  }

  @Test
  void rangesOfWhatAPacketHasAreReadBackAndReplaced() {
    nftables.ensure(TABLE);
    NftElement narrow = rawRange("narrow", "0a0000010a000000", "0a0000010a0000ff");
    NftElement wide = rawRange("wide", "0a0000010a000000", "0a0000010a00ffff");
    NftElement next = rawRange("next", "0a00000200000000", "0a000002ffffffff");
    NftElement behind = rawRange("behind", "0a00000300000000", "0a000003ffffffff");
    NftElement last = rawRange("last", "ffffffff00000000", "ffffffffffffffff");
    String pod = "fd000000000000000000000000000002";
    NftElement six = rawRange("six", pod + "0".repeat(32), pod + "f".repeat(32));
    nftables.apply(
        List.of(
            create("raw4", narrow),
            create("raw4", behind),
            create("raw4", next),
            create("raw4", last),
            create("raw6", six)));
    assertEquals(Set.of(narrow, next, behind, last), elements("raw4"));
    assertEquals(Set.of(six), elements("raw6"));
    assertRefused(Errno.EEXIST, () -> nftables.apply(List.of(create("raw4", narrow))));
    nftables.apply(List.of(remove("raw4", narrow), create("raw4", wide), remove("raw4", next)));
    assertEquals(Set.of(wide, behind, last), elements("raw4"));
    nftables.apply(List.of(remove("raw4", wide), create("raw4", narrow), remove("raw6", six)));
    assertEquals(Set.of(narrow, behind, last), elements("raw4"));
    assertEquals(Set.of(), elements("raw6"));
  }

  private Optional<NftElement> find(String set, NftValue... key) {
    return nftables.element(TABLE.family(), TABLE.name(), set, List.of(key));
  }

  @Test
  void anElementIsFoundByItsKey() {
    assertEquals(Optional.empty(), find("v4", address("10.0.0.1")));
    nftables.ensure(TABLE);
    assertEquals(Optional.empty(), find("v4", address("10.0.0.1")));
    assertEquals(Optional.empty(), find("nowhere", address("10.0.0.1")));
    NftElement v4 = element("net/eth0/a", address("10.0.0.1"));
    NftElement mark = entry(List.of(new NftValue.Mark(7)), new NftValue.Mark(-2));
    NftElement pair = subnet("10.0.0.0", "10.0.0.255");
    nftables.apply(List.of(create("v4", v4), create("marks", mark), create("pairs", pair)));
    assertEquals(Optional.of(v4), find("v4", address("10.0.0.1")));
    assertEquals(Optional.empty(), find("v4", address("10.0.0.2")));
    assertEquals(Optional.of(mark), find("marks", new NftValue.Mark(7)));
    assertEquals(Optional.of(pair), find("pairs", address("10.0.0.1"), address("10.0.0.77")));
    assertEquals(Optional.empty(), find("pairs", address("10.0.0.1"), address("10.0.1.0")));
  }

  @Test
  void aRangeIsFoundByWhatLiesInIt() {
    nftables.ensure(TABLE);
    NftElement low = rawRange("low", "0000000000000000", "00000000000000ff");
    NftElement next = rawRange("next", "0000000000000100", "0000000000000100");
    NftElement apart = rawRange("apart", "0000000000000200", "00000000000002ff");
    NftElement top = rawRange("top", "ffffffff00000000", "ffffffffffffffff");
    nftables.apply(
        List.of(
            create("raw4", low), create("raw4", next), create("raw4", apart), create("raw4", top)));
    Map<String, Optional<NftElement>> expected =
        Map.of(
            "0000000000000000", Optional.of(low),
            "00000000000000ff", Optional.of(low),
            "0000000000000100", Optional.of(next),
            "0000000000000101", Optional.empty(),
            "0000000000000200", Optional.of(apart),
            "00000000000002a0", Optional.of(apart),
            "0000000000000300", Optional.empty(),
            "fffffffe00000000", Optional.empty(),
            "ffffffff00000001", Optional.of(top),
            "ffffffffffffffff", Optional.of(top));
    expected.forEach((key, element) -> assertEquals(element, find("raw4", raw(key)), key));
  }

  @Test
  void addingAnEqualElementAgainKeepsTheFirstComment() {
    nftables.ensure(TABLE);
    nftables.apply(List.of(add("v4", element("first", address("10.0.0.1")))));
    nftables.apply(List.of(add("v4", element("second", address("10.0.0.1")))));
    assertEquals(Set.of(element("first", address("10.0.0.1"))), elements("v4"));
  }

  @Test
  void creatingWhatStandsIsRefused() {
    nftables.ensure(TABLE);
    nftables.apply(List.of(create("v4", element("first", address("10.0.0.1")))));
    assertRefused(
        Errno.EEXIST,
        () -> nftables.apply(List.of(create("v4", element("second", address("10.0.0.1"))))));
  }

  @Test
  void addingWithAnotherValueIsRefused() {
    nftables.ensure(TABLE);
    List<NftValue> key = List.of(new NftValue.Mark(1));
    nftables.apply(List.of(add("marks", entry(key, new NftValue.Mark(2)))));
    nftables.apply(List.of(add("marks", entry(key, new NftValue.Mark(2)))));
    assertRefused(
        Errno.EEXIST,
        () -> nftables.apply(List.of(add("marks", entry(key, new NftValue.Mark(3))))));
  }

  @Test
  void aRangeThatOverlapsAnotherIsRefused() {
    nftables.ensure(TABLE);
    nftables.apply(List.of(create("pairs", subnet("10.0.0.0", "10.0.0.255"))));
    assertRefused(
        Errno.EEXIST,
        () -> nftables.apply(List.of(create("pairs", subnet("10.0.0.0", "10.0.255.255")))));
  }

  private static NftElement subnet(String first, String last) {
    return range(
        "subnet",
        List.of(address("10.0.0.1"), address(first)),
        List.of(address("10.0.0.1"), address(last)));
  }

  @Test
  void oneTransactionMayPutAnElementInThePlaceOfAnother() {
    nftables.ensure(TABLE);
    nftables.apply(
        List.of(
            create("v4", element("old", address("10.0.0.1"))),
            create("pairs", subnet("10.0.0.0", "10.0.0.255"))));
    nftables.apply(
        List.of(
            remove("v4", element("old", address("10.0.0.1"))),
            remove("pairs", subnet("10.0.0.0", "10.0.0.255")),
            create("v4", element("new", address("10.0.0.1"))),
            create("pairs", subnet("10.0.0.0", "10.0.255.255"))));
    assertEquals(Set.of(element("new", address("10.0.0.1"))), elements("v4"));
    assertEquals(Set.of(subnet("10.0.0.0", "10.0.255.255")), elements("pairs"));
  }

  @Test
  void ifOneChangeFailsNoneIsMade() {
    nftables.ensure(TABLE);
    NftElement stands = element("stands", address("10.0.0.1"));
    nftables.apply(List.of(create("v4", stands)));
    KernelException refusal =
        assertRefused(
            Errno.ENOENT,
            () ->
                nftables.apply(
                    List.of(
                        remove("v4", stands),
                        create("v4", element("new", address("10.0.0.2"))),
                        remove("v4", element("absent", address("10.0.0.3"))),
                        create("v6", element("new", address("fd00::1"))))));
    assertTrue(refusal.getMessage().contains("10.0.0.3"), refusal.getMessage());
    assertEquals(Set.of(stands), elements("v4"));
    assertEquals(Set.of(), elements("v6"));
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertRefused(Errno.ENOENT, () -> elements("v4"));
    NftElementChange change = create("v4", element("x", address("10.0.0.1")));
    assertRefused(Errno.ENOENT, () -> nftables.apply(List.of(change)));
    nftables.ensure(TABLE);
    assertRefused(Errno.ENOENT, () -> elements("nowhere"));
    NftElementChange other = create("nowhere", element("x", address("10.0.0.1")));
    assertRefused(Errno.ENOENT, () -> nftables.apply(List.of(other)));
  }

  @Test
  void whatThreadsApplyAtOnceIsDoneOrFailsForEachByItself() throws Exception {
    nftables.ensure(TABLE);
    int threads = 20;
    NftElementChange shared = create("v4", element("shared", address("10.9.9.9")));
    NftElementChange missing = remove("v4", element("x", address("10.8.8.8")));
    Set<NftElement> wanted = new HashSet<>(Set.of(shared.element()));
    List<Runnable> additions = new ArrayList<>();
    List<Runnable> removals = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      NftElement own = element("n" + i, address("10.0.0." + i));
      NftElement half = element("half" + i, address("10.0.1." + i));
      wanted.add(own);
      additions.add(() -> nftables.apply(List.of(create("v4", own))));
      additions.add(() -> nftables.apply(List.of(shared)));
      additions.add(() -> nftables.apply(List.of(create("v4", half), missing)));
      removals.add(() -> nftables.apply(List.of(remove("v4", own))));
      removals.add(() -> nftables.apply(List.of(missing)));
    }
    assertEquals(
        Map.of("done", threads + 1, "EEXIST", threads - 1, "ENOENT", threads),
        AtOnce.outcomes(additions));
    assertEquals(wanted, elements("v4"));
    assertEquals(Map.of("done", threads, "ENOENT", threads), AtOnce.outcomes(removals));
    assertEquals(Set.of(shared.element()), elements("v4"));
  }

  @Test
  void rulesAreFoundByTheirCommentAndDeleted() {
    assertEquals(List.of(), rules("postrouting"));
    nftables.ensure(TABLE);
    List<NftRule> rules = rules("postrouting");
    assertEquals(
        List.of(
            Optional.empty(),
            Optional.of("first; {"),
            Optional.of("second"),
            Optional.empty(),
            Optional.empty()),
        rules.stream().map(NftRule::comment).toList());
    nftables.deleteRules(TABLE.family(), TABLE.name(), "postrouting", rules.subList(1, 2));
    List<NftRule> left = List.of(rules.get(0), rules.get(2), rules.get(3), rules.get(4));
    assertEquals(left, rules("postrouting"));
    assertRefused(
        Errno.ENOENT,
        () -> nftables.deleteRules(TABLE.family(), TABLE.name(), "postrouting", rules));
    assertEquals(left, rules("postrouting"));
    assertEquals(List.of(), rules("nowhere"));
  }

  @Test
  void aChainIsDeletedWithItsRules() {
    assertRefused(Errno.ENOENT, () -> deleteChain("postrouting"));
    nftables.ensure(TABLE);
    deleteChain("postrouting");
    assertEquals(List.of(), rules("postrouting"));
    assertRefused(Errno.ENOENT, () -> deleteChain("postrouting"));
  }

  private void deleteChain(String chain) {
    nftables.deleteChain(TABLE.family(), TABLE.name(), chain);
  }

  private List<NftRule> rules(String chain) {
    return nftables.rules(TABLE.family(), TABLE.name(), chain);
  }
}
