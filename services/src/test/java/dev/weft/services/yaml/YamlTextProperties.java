package dev.weft.services.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.math.BigDecimal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

/** Trees survive as text; any other text is a tree or one error. */
class YamlTextProperties {
  private static final String SYNTAX = "abx019yn ~-:?,[]{}#&*!|>'\"%@`<=._\\/\t\r\n";

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void treeIsReadAsItWasWrittenInBlocks(@ForAll @From("trees") Json tree) {
    assertEquals(tree, YamlText.read(BlockText.of(tree)));
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void jsonIsYaml(@ForAll @From("trees") Json tree) {
    assertEquals(tree, YamlText.read(JsonText.write(tree)));
  }

  @Property(tries = 2000)
  void anyTextIsATreeOrOneError(@ForAll @From("texts") String text) {
    assertTreeOrError(text);
  }

  @Property(tries = 300)
  void anyCharactersAreATreeOrOneError(@ForAll @StringLength(max = 40) String text) {
    assertTreeOrError(text);
  }

  private static void assertTreeOrError(String text) {
    try {
      Json tree = YamlText.read(text);
      assertEquals(JsonText.write(tree), JsonText.write(YamlText.read(text)));
    } catch (YamlException e) {
      assertTrue(e.line() >= 1 && e.line() <= lines(text), () -> e.line() + " of " + text);
    }
  }

  private static int lines(String text) {
    return 1 + (int) text.chars().filter(c -> "\r\n\u0085\u2028\u2029".indexOf(c) >= 0).count();
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars(SYNTAX.toCharArray()).ofMaxLength(30);
  }

  @Provide
  Arbitrary<Json> trees() {
    return trees(4);
  }

  private static Arbitrary<Json> trees(int depth) {
    if (depth == 0) {
      return scalars();
    }
    Arbitrary<Json> inner = trees(depth - 1);
    return Arbitraries.oneOf(
        scalars(),
        inner.list().ofMaxSize(3).map(Json.Arr::new),
        Arbitraries.maps(words(), inner).ofMaxSize(3).map(Json.Obj::new));
  }

  private static Arbitrary<Json> scalars() {
    return Arbitraries.oneOf(
        Arbitraries.just(new Json.Null()),
        Arbitraries.of(true, false).map(Json.Bool::new),
        Arbitraries.longs().map(Json.Num::of),
        Arbitraries.doubles()
            .between(-1e6, 1e6)
            .map(number -> new Json.Num(BigDecimal.valueOf(number))),
        words().map(Json.Str::new));
  }

  /** Any text that YAML can hold. */
  private static Arbitrary<String> words() {
    return Arbitraries.oneOf(
        Arbitraries.of("yes", "80", "", "~", "<<", "a: b", "- a", "#", "0x1", "1e3", "---"),
        Arbitraries.strings().withCharRange(' ', '~').withChars("äß€\uD7FF\n\t").ofMaxLength(12));
  }
}
