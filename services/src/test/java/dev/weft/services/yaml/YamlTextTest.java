package dev.weft.services.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** YAML becomes the tree that kubectl would make of it, or one error with the line. */
class YamlTextTest {

  @Test
  void blocksFlowsAndScalarsBecomeATree() {
    String text =
        """
        # a comment
        apiVersion: v1
        name: "80"
        port: 80
        list:
        - a
        - {b: [1, 'two'], c: }
        folded: >-
          one
          line
        kept: |
          two
          lines
        """;
    assertEquals(
        "{\"apiVersion\":\"v1\",\"name\":\"80\",\"port\":80,"
            + "\"list\":[\"a\",{\"b\":[1,\"two\"],\"c\":null}],"
            + "\"folded\":\"one line\",\"kept\":\"two\\nlines\\n\"}",
        json(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                  | null",
        "'# nothing'                         | null",
        "'[!!str 80, !!int \"80\", !x y]'    | '[\"80\",80,\"y\"]'",
        "'{yes: 1, 80: 2, <: 3}'             | '{\"yes\":1,\"80\":2,\"<\":3}'",
        "'{a: &x [1, 2], b: *x}'             | '{\"a\":[1,2],\"b\":[1,2]}'",
        "'{a: &x {p: 1, q: 1}, b: {q: 2, <<: *x}}' "
            + "| '{\"a\":{\"p\":1,\"q\":1},\"b\":{\"q\":2,\"p\":1}}'",
        "'{<<: [{a: 1}, {a: 2, b: 2}]}'      | '{\"a\":1,\"b\":2}'",
      })
  void tagsAnchorsAndMergesAreUnderstood(String yaml, String json) {
    assertEquals(json, json(yaml));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a: 1\nb: 2\na: 3'     | 3 | has the key \"a\" twice",
        "'a: 1\nb: *x'          | 2 | uses *x, but no value before is called &x",
        "'a: &x [*x]'           | 1 | uses *x, but no value before is called &x",
        "'a: 1\n? [b]\n: 2'     | 2 | has a key that is no plain word",
        "'a: 1\n<<: 2'          | 2 | merges a number by <<, but should merge a mapping",
        "'a: 1\n\n b: 2'        | 3 | is not YAML: ",
        "'a: [1,\n2'            | 2 | is not YAML: ",
        "'a: 1\nb: \"\\x'        | 2 | is not YAML: ",
        "'a: \"b'               | 1 | is not YAML: ",
        "'a:\n\t- 1'            | 2 | is not YAML: ",
        "'a: !y!z 1'            | 1 | is not YAML: ",
        "'a: 1\nb: \u0007'      | 2 | has a character that YAML does not allow: U+0007",
        "'--- a\n--- b'         | 2 | goes on behind its end",
      })
  void mistakeIsNamedWithItsLine(String text, int line, String message) {
    YamlException refused = assertThrows(YamlException.class, () -> YamlText.read(text));
    String actual = String.valueOf(refused.getMessage());
    assertTrue(actual.startsWith(message), actual);
    assertEquals(line, refused.line());
  }

  @Test
  void deepNestingIsRefusedRatherThanOverflowingTheStack() {
    assertRefused("[".repeat(1_000_000), "nests deeper than 100 levels");
    assertRefused("- ".repeat(1_000_000), "nests deeper than 100 levels");
    assertRefused("{a: ".repeat(1_000_000), "nests deeper than 100 levels");
  }

  @Test
  void aliasesDoNotMultiplyWithoutEnd() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++) {
      String ten = ("*a" + (i - 1) + ", ").repeat(9) + "*a" + (i - 1);
      bomb.append("a%d: &a%d [%s]%n".formatted(i, i, ten));
    }
    assertRefused(bomb.toString(), "repeats too much by aliases");
  }

  @Test
  void sharedPartOfManyObjectsIsNoBomb() {
    StringBuilder text = new StringBuilder("ports: &p [{name: http, port: 80, protocol: TCP}]\n");
    for (int i = 0; i < 1_000; i++) {
      text.append("s%d: {ports: *p}%n".formatted(i));
    }
    assertEquals(1_001, ((Json.Obj) YamlText.read(text.toString())).fields().size());
  }

  private static void assertRefused(String text, String message) {
    YamlException refused = assertThrows(YamlException.class, () -> YamlText.read(text));
    String actual = String.valueOf(refused.getMessage());
    assertTrue(actual.startsWith(message), actual);
  }

  private static String json(String yaml) {
    return JsonText.write(YamlText.read(yaml));
  }
}
