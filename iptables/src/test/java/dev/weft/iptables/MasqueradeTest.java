package dev.weft.iptables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.Errno;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.memory.InMemoryKernel;
import dev.weft.kernel.memory.KernelFeature;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose rules stand when, by either back end, in memory. */
class MasqueradeTest {
  private static final RuleOwner A = new RuleOwner("net", "a", "eth0");
  private static final RuleOwner A1 = new RuleOwner("net", "a", "net1");
  private static final RuleOwner B = new RuleOwner("other", "b", "eth0");
  private static final List<IpPrefix> TWO =
      List.of(IpPrefix.of("10.88.0.2/24"), IpPrefix.of("fd00:88::2/64"));
  private static final List<IpPrefix> THREE =
      List.of(
          IpPrefix.of("10.88.0.3/24"), IpPrefix.of("10.99.0.3/16"), IpPrefix.of("fd00:88::3/64"));

  private final Kernel kernel = new InMemoryKernel();
  private final NetworkNamespace node = kernel.own();

  private Masquerade by(MasqueradeBackend backend) {
    return Masquerade.on(node, Optional.of(backend));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsAddedStandsUntilItIsRemoved(MasqueradeBackend backend) {
    Masquerade masquerade = by(backend);
    assertEquals(TWO, masquerade.missing(A, TWO));
    masquerade.add(A, TWO);
    masquerade.add(A1, THREE);
    assertEquals(List.of(), masquerade.missing(A, TWO));
    assertEquals(List.of(), masquerade.missing(A1, THREE));
    assertEquals(TWO, masquerade.missing(B, TWO));
    masquerade.remove(A);
    masquerade.remove(A);
    assertEquals(TWO, masquerade.missing(A, TWO));
    assertEquals(List.of(), masquerade.missing(A1, THREE));
  }

  @ParameterizedTest
  @EnumSource
  void addingAgainChangesNothing(MasqueradeBackend backend) {
    by(backend).add(A, TWO);
    String before = rules();
    by(backend).add(A, TWO);
    by(backend).add(A, List.of(TWO.getFirst(), TWO.getFirst()));
    assertEquals(before, rules());
  }

  @ParameterizedTest
  @EnumSource
  void anAddressOfOneThatLeftWithoutAWordBelongsToTheNext(MasqueradeBackend backend) {
    Masquerade masquerade = by(backend);
    List<IpPrefix> wider = List.of(IpPrefix.of("10.88.0.2/16"));
    masquerade.add(A, TWO);
    masquerade.add(B, wider);
    assertEquals(List.of(), masquerade.missing(B, wider));
    masquerade.remove(A);
    assertEquals(List.of(), masquerade.missing(B, wider));
  }

  @ParameterizedTest
  @EnumSource
  void anotherNetworkKeepsWhatItHas(MasqueradeBackend backend) {
    Masquerade masquerade = by(backend);
    masquerade.add(A, TWO);
    masquerade.add(B, THREE);
    masquerade.add(A1, List.of(IpPrefix.of("10.88.0.9/24")));
    masquerade.retain("net", Set.of(A1));
    assertEquals(TWO, masquerade.missing(A, TWO));
    assertEquals(List.of(), masquerade.missing(B, THREE));
    assertEquals(List.of(), masquerade.missing(A1, List.of(IpPrefix.of("10.88.0.9/24"))));
  }

  @ParameterizedTest
  @EnumSource
  void removalDoesNotDependOnTheBackEndThatIsConfiguredNow(MasqueradeBackend backend) {
    by(backend).add(A, TWO);
    for (MasqueradeBackend now : MasqueradeBackend.values()) {
      by(now).remove(A);
    }
    assertEquals(TWO, by(backend).missing(A, TWO));
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsDoneForNoAddress(MasqueradeBackend backend) {
    String before = rules();
    by(backend).add(A, List.of());
    by(backend).remove(A);
    by(backend).retain("net", Set.of());
    assertEquals(before, rules());
  }

  @Test
  void anAddressIsAddedToThoseThatAnOwnerHas() {
    Masquerade masquerade = by(MasqueradeBackend.NFTABLES);
    String before = rules();
    masquerade.add(A, TWO);
    masquerade.add(A, THREE);
    masquerade.add(A, TWO);
    assertEquals(List.of(), masquerade.missing(A, TWO));
    assertEquals(List.of(), masquerade.missing(A, THREE));
    masquerade.remove(A);
    assertEquals(TWO, masquerade.missing(A, TWO));
    assertEquals(THREE, masquerade.missing(A, THREE));
    assertTrue(rules().startsWith(before) && !rules().contains("net/"), rules());
  }

  @Test
  void anAddressInTwoSubnetsIsSparedForTheWider() {
    Masquerade masquerade = by(MasqueradeBackend.NFTABLES);
    List<IpPrefix> both = List.of(IpPrefix.of("10.88.0.2/24"), IpPrefix.of("10.88.0.2/16"));
    masquerade.add(A, both);
    assertEquals(List.of(), masquerade.missing(A, both));
    assertEquals(List.of(), masquerade.missing(A, both.subList(1, 2)));
    assertEquals(both.subList(0, 1), masquerade.missing(A, both.subList(0, 1)));
  }

  @Test
  void whatOneLostToAnotherIsForgottenWithIt() {
    Masquerade masquerade = by(MasqueradeBackend.NFTABLES);
    masquerade.add(A, TWO);
    masquerade.add(B, TWO);
    masquerade.retain("net", Set.of());
    assertEquals(List.of(), masquerade.missing(B, TWO));
    assertTrue(!rules().contains("net/eth0/a"), rules());
  }

  @Test
  void podsOfTheFormerTableAreServedOn() {
    NftTable table = FormerNftMasquerade.TABLE;
    node.nftables().ensure(table);
    IpPrefix address = IpPrefix.of("10.88.0.10/24");
    List<IpPrefix> ofA = List.of(address);
    for (RuleOwner owner : List.of(A, A1, B)) {
      String mark = OwnerMark.of(owner);
      for (OwnedElements.Placed placed : FormerNftMasquerade.elements(mark, address)) {
        node.nftables()
            .apply(
                List.of(
                    new NftElementChange.Create(
                        table.family(), table.name(), placed.set(), placed.element())));
      }
      address = new IpPrefix(address.address().plus(1), address.length());
    }
    Masquerade masquerade = by(MasqueradeBackend.NFTABLES);
    assertEquals(List.of(), masquerade.missing(A, ofA));
    masquerade.remove(A);
    assertEquals(ofA, masquerade.missing(A, ofA));
    assertEquals(2, node.nftables().elements(table.family(), table.name(), "spared4").size());
    masquerade.retain("net", Set.of());
    assertEquals(
        List.of(Optional.of(OwnerMark.of(B))),
        node.nftables().elements(table.family(), table.name(), "pods4").stream()
            .map(NftElement::comment)
            .toList());
  }

  @Test
  void nftablesIsTakenWhereItCanDoNat() {
    Masquerade masquerade = Masquerade.on(node, Optional.empty());
    assertEquals(Optional.empty(), masquerade.obstacle());
    masquerade.add(A, TWO);
    assertEquals(List.of(), by(MasqueradeBackend.NFTABLES).missing(A, TWO));
    assertEquals(TWO, by(MasqueradeBackend.IPTABLES).missing(A, TWO));
  }

  @Test
  void iptablesIsTakenWhereNftablesKnowsBridgesOnly() {
    NetworkNamespace poor = InMemoryKernel.without(KernelFeature.NFTABLES_FOR_IP).own();
    Masquerade masquerade = Masquerade.on(poor, Optional.empty());
    assertEquals(Optional.empty(), masquerade.obstacle());
    masquerade.add(A, TWO);
    assertEquals(
        List.of(), Masquerade.on(poor, Optional.of(MasqueradeBackend.IPTABLES)).missing(A, TWO));
    masquerade.remove(A);
    assertEquals(TWO, masquerade.missing(A, TWO));
    assertEquals(Optional.empty(), SpoofCheck.on(poor).obstacle());
  }

  @Test
  void aMachineWithoutAnyBackEndSaysWhatItLacks() {
    NetworkNamespace poor =
        InMemoryKernel.without(
                KernelFeature.NFTABLES_FOR_IP,
                KernelFeature.NFTABLES_FOR_BRIDGES,
                KernelFeature.IPTABLES)
            .own();
    Masquerade masquerade = Masquerade.on(poor, Optional.empty());
    String obstacle = masquerade.obstacle().orElseThrow();
    assertTrue(obstacle.contains("family inet") && obstacle.contains("iptables-save"), obstacle);
    KernelException refused = assertThrows(KernelException.class, () -> masquerade.add(A, TWO));
    assertEquals(Errno.EOPNOTSUPP, refused.errno());
    for (MasqueradeBackend backend : MasqueradeBackend.values()) {
      assertTrue(Masquerade.on(poor, Optional.of(backend)).obstacle().isPresent());
    }
    assertTrue(SpoofCheck.on(poor).obstacle().orElseThrow().contains("family bridge"));
    masquerade.remove(A);
    masquerade.retain("net", Set.of());
    SpoofCheck.on(poor).remove(A);
  }

  private String rules() {
    StringBuilder rules = new StringBuilder();
    for (IpFamily family : IpFamily.values()) {
      rules.append(node.iptables().read(family, "nat").chains());
    }
    if (node.nftables().exists(NftMasquerade.TABLE.family(), NftMasquerade.TABLE.name())) {
      NftMasquerade.TABLE
          .sets()
          .forEach(
              set ->
                  rules.append(
                      node.nftables()
                          .elements(
                              NftMasquerade.TABLE.family(),
                              NftMasquerade.TABLE.name(),
                              set.name())));
    }
    return rules.toString();
  }
}
