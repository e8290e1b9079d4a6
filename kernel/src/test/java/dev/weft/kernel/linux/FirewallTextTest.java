package dev.weft.kernel.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernel.Errno;
import dev.weft.kernel.IptablesChange;
import dev.weft.kernel.IptablesTable;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What is written for iptables and nftables says what was meant, or is refused. */
class FirewallTextTest {
  @Provide
  Arbitrary<List<String>> rules() {
    return Arbitraries.strings()
        .withChars("ab-!#\"'\\ ${};ü")
        .ofMaxLength(8)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }

  @Property
  void aRuleIsReadAsItIsWritten(@ForAll("rules") List<String> rule) {
    String line = IptablesText.line(new IptablesChange.Append("WEFT", rule));
    IptablesTable table = IptablesText.read("nat", "*nat\n:WEFT - [0:0]\n" + line + "\nCOMMIT\n");
    assertEquals(Optional.of(List.of(rule)), table.rules("WEFT"));
  }

  @Property
  void anyListingIsReadOrRefused(@ForAll String listing) {
    try {
      assertEquals("nat", IptablesText.read("nat", listing).name());
    } catch (KernelException e) {
      assertEquals(Errno.EINVAL, e.errno());
    }
  }

  @Test
  void lineBreaksInRulesAreRefused() {
    for (String word : List.of("a\nCOMMIT", "a\rb", "a\0b", "\t")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new IptablesChange.Append("WEFT", List.of("--comment", word)));
    }
    for (String chain : List.of("", "-A", "a b", "a\nb", "\"a\"", "x".repeat(29))) {
      assertThrows(IllegalArgumentException.class, () -> new IptablesChange.NewChain(chain));
    }
  }

  private static NftTable table(String comment) {
    return new NftTable(NftTable.Family.INET, "table", comment, List.of(), List.of());
  }

  @Test
  void namesAndCommentsThatNftWouldReadOtherwiseAreRefused() {
    for (String name : List.of("", "1a", "a b", "a{", "a;b", "a\nb", "a\"", "x".repeat(256))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new NftTable.Chain(name, Optional.empty(), List.of()));
    }
    for (String comment : List.of("\"", "a\nb", "x".repeat(129), "é".repeat(65))) {
      assertThrows(IllegalArgumentException.class, () -> table(comment));
    }
    for (String rule :
        List.of("", "accept }", "accept; drop", "accept\ndrop", "a \"b", "{ 1", "accept # x")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new NftTable.Chain("chain", Optional.empty(), List.of(rule)));
    }
  }

  @Provide
  Arbitrary<NftValue> values() {
    return Arbitraries.oneOf(
        Arbitraries.bytes()
            .array(byte[].class)
            .ofSize(4)
            .map(bytes -> new NftValue.Address(IpAddress.of(bytes))),
        Arbitraries.bytes()
            .array(byte[].class)
            .ofSize(16)
            .map(bytes -> new NftValue.Address(IpAddress.of(bytes))),
        Arbitraries.bytes()
            .array(byte[].class)
            .ofSize(6)
            .map(bytes -> new NftValue.Mac(MacAddress.of(bytes))),
        Arbitraries.strings()
            .alpha()
            .ofMinLength(1)
            .ofMaxLength(15)
            .map(NftValue.InterfaceName::new),
        Arbitraries.integers().between(0, 255).map(NftValue.Protocol::new),
        Arbitraries.integers().between(0, 65_535).map(NftValue.Port::new),
        Arbitraries.integers().map(NftValue.Mark::new));
  }

  @Provide
  Arbitrary<List<NftValue>> keys() {
    return values().list().ofMinSize(1).ofMaxSize(5);
  }

  @Property
  void aKeyIsReadAsItIsWritten(@ForAll("keys") List<NftValue> key) {
    List<NftDatatype> types = new ArrayList<>();
    key.forEach(value -> types.add(NftDatatype.of(value)));
    byte[] bytes = NftDatatype.write(key);
    assertTrue(key.size() == 1 || bytes.length % 4 == 0);
    assertEquals(Optional.of(types), NftDatatype.parts(NftDatatype.number(types)));
    assertEquals(key, NftDatatype.read(types, bytes));
  }

  @Property
  void aRawValueIsReadAsItIsWritten(@ForAll @Size(min = 1, max = 64) byte[] bytes) {
    List<NftValue> key = List.of(NftValue.Raw.of(bytes));
    assertArrayEquals(bytes, NftDatatype.write(key));
    assertEquals(key, NftDatatype.read(List.of(NftDatatype.INTEGER), bytes));
  }

  @Property
  void anyUserDataIsACommentOrNone(@ForAll byte[] userData) {
    Optional<String> comment = NftElements.comment(userData);
    assertTrue(comment.isEmpty() || NftElement.isComment(comment.get()));
  }

  @Test
  void aCommentIsFoundBehindOtherUserData() {
    byte[] words = "xhi".getBytes(StandardCharsets.UTF_8);
    byte[] userData = {5, 2, 1, 1, 0, 4, words[0], words[1], words[2], 0};
    assertEquals(Optional.of("xhi"), NftElements.comment(userData));
  }
}
