package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.Expression;
import dev.weft.kernel.nft.RuleDefinition;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.kernel.nft.Statement;
import dev.weft.kernel.nft.TableDefinition;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Nftables} does with tables that are told as data. */
abstract class NftTransactionContract {
  private static final SetDefinition WAYS = SetDefinition.dispatch("ways", SetDefinition.Type.MARK);
  private static final SetDefinition CLIENTS =
      SetDefinition.ranges(
          "clients", List.of(SetDefinition.Type.MARK, SetDefinition.Type.IPV4_ADDR));
  private static final ChainDefinition WAY =
      ChainDefinition.own("way", List.of(RuleDefinition.of("the end", new Statement.Drop())));

  private static TableDefinition guarded(String... comments) {
    Expression client =
        Expression.Joined.of(
            Expression.Meta.MARK, new Expression.Address(IpFamily.V4, Expression.Side.SOURCE));
    RuleDefinition dispatch =
        RuleDefinition.of("", new Statement.Dispatch(Expression.Meta.MARK, WAYS));
    RuleDefinition refuse =
        RuleDefinition.of(
            "strangers", new Statement.Has(client, CLIENTS, true), new Statement.Reject());
    List<ChainDefinition> chains = new ArrayList<>();
    chains.add(
        ChainDefinition.base(
            "in", ChainDefinition.Kind.FILTER, ChainDefinition.Place.INPUT, 0, dispatch, refuse));
    chains.add(WAY);
    for (String comment : comments) {
      chains.add(
          ChainDefinition.own(
              comment, List.of(RuleDefinition.of(comment, new Statement.Reject()))));
    }
    return new TableDefinition(
        IpFamily.V4, "weft_test", "by a test", List.of(WAYS, CLIENTS), chains);
  }

  private static NftElementChange way(int mark, String chain) {
    return new NftElementChange.Add(
        NftTable.Family.IP,
        "weft_test",
        "ways",
        new NftElement(
            List.of(new NftValue.Mark(mark)),
            Optional.empty(),
            Optional.of(List.of(new NftValue.Goto(chain))),
            Optional.empty()));
  }

  private Namespaces namespaces;
  private Nftables nftables;

  /** Makes the kernel under test, or aborts the test if this machine has none. */
  abstract Namespaces namespaces();

  Nftables nftables() {
    return nftables;
  }

  @BeforeEach
  void openNamespace() {
    namespaces = namespaces();
    nftables = namespaces.open("here").nftables();
  }

  @AfterEach
  void removeNamespaces() {
    if (namespaces != null) {
      namespaces.close();
    }
  }

  @Test
  void aTransactionMakesRulesAndWhatTheyLeadTo() {
    NftElement range =
        new NftElement(
            List.of(NftValue.Raw.of(new NftValue.Mark(7), IpAddress.of("10.0.0.0"))),
            Optional.of(List.of(NftValue.Raw.of(new NftValue.Mark(7), IpAddress.of("10.0.0.255")))),
            Optional.empty(),
            Optional.empty());
    nftables.commit(
        List.of(
            new NftOperation.Replace(guarded()),
            way(1, "way"),
            new NftElementChange.Add(NftTable.Family.IP, "weft_test", "clients", range)));
    nftables.commit(
        List.of(
            new NftOperation.AddChain(
                NftTable.Family.IP, "weft_test", ChainDefinition.own("other", List.of())),
            way(2, "other")));
    assertEquals(
        Set.of(way(1, "way").element(), way(2, "other").element()),
        Set.copyOf(nftables.elements(NftTable.Family.IP, "weft_test", "ways")));
    assertEquals(List.of(range), nftables.elements(NftTable.Family.IP, "weft_test", "clients"));
    assertEquals(
        List.of(Optional.empty(), Optional.of("strangers")),
        nftables.rules(NftTable.Family.IP, "weft_test", "in").stream()
            .map(NftRule::comment)
            .toList());
  }

  @Test
  void aTransactionIsDoneAsAWhole() {
    nftables.commit(List.of(new NftOperation.Replace(guarded())));
    int before = nftables.generation();
    KernelException refused =
        assertThrows(
            KernelException.class,
            () ->
                nftables.commit(
                    List.of(
                        way(1, "way"),
                        new NftOperation.AddChain(NftTable.Family.IP, "weft_none", WAY))));
    assertEquals(Errno.ENOENT, refused.errno());
    assertTrue(refused.getMessage().contains("weft_none"), refused.getMessage());
    assertEquals(List.of(), nftables.elements(NftTable.Family.IP, "weft_test", "ways"));
    assertEquals(before, nftables.generation());
  }

  @Test
  void amongManyTheSetThatIsRefusedIsNamed() {
    nftables.commit(List.of(new NftOperation.Replace(guarded())));
    List<NftElementChange> many = new ArrayList<>();
    for (int mark = 0; mark < 1000; mark++) {
      many.add(way(mark, "way"));
    }
    NftElement element = way(7, "way").element();
    many.add(new NftElementChange.Add(NftTable.Family.IP, "weft_test", "nowhere", element));
    KernelException refused = assertThrows(KernelException.class, () -> nftables.commit(many));
    assertEquals(Errno.ENOENT, refused.errno());
    assertTrue(refused.getMessage().contains("nowhere"), refused.getMessage());
    assertEquals(List.of(), nftables.elements(NftTable.Family.IP, "weft_test", "ways"));
  }

  @Test
  void whateverChangesIsSeenByTheGeneration() {
    Set<Integer> seen = new HashSet<>();
    assertTrue(seen.add(nftables.generation()));
    nftables.commit(List.of(new NftOperation.Replace(guarded())));
    assertTrue(seen.add(nftables.generation()));
    nftables.apply(List.of(way(1, "way")));
    assertTrue(seen.add(nftables.generation()));
    nftables.delete(NftTable.Family.IP, "weft_test");
    assertTrue(seen.add(nftables.generation()));
    assertFalse(seen.add(nftables.generation()));
  }

  @Test
  void theFingerprintIsThatOfChainsAndRulesAlone() {
    nftables.commit(
        List.of(
            new NftOperation.Replace(guarded("a", "b")),
            new NftOperation.Replace(guarded("b", "a").named("weft_other"), true)));
    nftables.apply(List.of(way(1, "way")));
    String here = fingerprint("weft_test");
    assertEquals(here, fingerprint("weft_other"));
    nftables.commit(List.of(new NftOperation.Replace(guarded("a").named("weft_other"))));
    assertFalse(here.equals(fingerprint("weft_other")));
    nftables.deleteRules(
        NftTable.Family.IP,
        "weft_test",
        "in",
        List.of(nftables.rules(NftTable.Family.IP, "weft_test", "in").getFirst()));
    assertFalse(here.equals(fingerprint("weft_test")));
    assertFalse(here.equals(fingerprint("weft_none")));
  }

  private String fingerprint(String table) {
    return HexFormat.of().formatHex(nftables.fingerprint(NftTable.Family.IP, table));
  }

  @Test
  void aTableIsDroppedWhetherOrNotItStands() {
    NftOperation drop = new NftOperation.Drop(NftTable.Family.IP, "weft_test");
    nftables.commit(List.of(drop));
    nftables.commit(List.of(new NftOperation.Replace(guarded())));
    nftables.commit(List.of(drop));
    assertFalse(nftables.exists(NftTable.Family.IP, "weft_test"));
  }
}
