package dev.weft.iptables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftValue;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** A mark is one owner's alone, and fits where comments are kept, whatever the names are. */
class OwnerMarkTest {
  @Provide
  Arbitrary<RuleOwner> owners() {
    Arbitrary<String> names =
        Arbitraries.oneOf(
            Arbitraries.strings().withChars("a/#-\0\"").ofMinLength(1).ofMaxLength(4),
            Arbitraries.strings().alpha().numeric().ofMinLength(60).ofMaxLength(140));
    return Combinators.combine(names, names, names).as(RuleOwner::new);
  }

  @Test
  void ordinaryNamesAreWrittenOut() {
    RuleOwner owner = new RuleOwner("pod-net", "0f".repeat(32), "eth0");
    assertEquals("pod-net/eth0/" + "0f".repeat(32), OwnerMark.of(owner));
  }

  @Property
  void differentOwnersHaveDifferentMarks(
      @ForAll("owners") RuleOwner one, @ForAll("owners") RuleOwner other) {
    assertEquals(one.equals(other), OwnerMark.of(one).equals(OwnerMark.of(other)));
  }

  @Property
  void everyMarkIsAComment(@ForAll("owners") RuleOwner owner) {
    String mark = OwnerMark.of(owner);
    NftElement element =
        new NftElement(
            List.of(new NftValue.Port(1)), Optional.empty(), Optional.empty(), Optional.of(mark));
    assertEquals(Optional.of(mark), element.comment());
  }

  @Property
  void aMarkIsOfItsOwnNetworkOnly(
      @ForAll("owners") RuleOwner owner, @ForAll("owners") RuleOwner other) {
    String mark = OwnerMark.of(owner);
    assertTrue(OwnerMark.beyond(owner.network(), Set.of()).test(mark));
    assertFalse(OwnerMark.beyond(owner.network(), Set.of(owner)).test(mark));
    assertEquals(
        owner.network().equals(other.network()),
        OwnerMark.beyond(other.network(), Set.of()).test(mark));
  }
}
