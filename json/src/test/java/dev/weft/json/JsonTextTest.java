package dev.weft.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON is read strictly, within limits, and written compactly. */
class JsonTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "true",
        "-0.5",
        "\"\"",
        "{\"b\":1,\"a\":[null,true,false,\"x\",{}]}",
        "\"\\\"\\\\\\n\u0001\"",
        "18446744073709551616",
        "0.1000",
        "1E+400",
        "\"\uD83D\uDE00ä\""
      })
  void valuesAreWrittenAsTheyWereRead(String text) {
    assertEquals(text.replace("\u0001", "\\u0001"), JsonText.write(read(escape(text))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                | the text is empty, but should be JSON",
        "'{'               | the text breaks off at line 1, column 2",
        "'{\"a\":'         | the text breaks off at line 1, column 6",
        "'[1,\n2'          | the text breaks off at line 2, column 2",
        "'{\"a\" 1}'       | the text is not JSON at line 1, column 7: ",
        "'{\"a\":1,}'      | the text is not JSON at line 1, column 9: ",
        "'{} {}'           | the text goes on behind its end at line 1, column 4",
        "'{}x'             | the text is not JSON at line 1, column ",
        "'NaN'             | the text is not JSON at line 1, column ",
        "'01'              | the text is not JSON at line 1, column ",
        "'{a:1}'           | the text is not JSON at line 1, column ",
        "'// hm\n{}'       | the text is not JSON at line 1, column ",
      })
  void mistakeIsNamedWithItsPlace(String text, String message) {
    assertRefused(text.getBytes(StandardCharsets.UTF_8), message);
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() {
    assertRefused(new byte[] {'"', 'a', (byte) 0xC3, '"'}, "the text is not UTF-8 at byte 2");
    assertRefused(
        new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'}, "the text is not UTF-8 at byte 1");
    assertRefused("{}".getBytes(StandardCharsets.UTF_16LE), "the text is not JSON");
  }

  @Test
  void byteOrderMarkIsSkipped() {
    assertEquals(Json.Obj.EMPTY, read("\uFEFF{}"));
  }

  @Test
  void deepNestingIsRefusedRatherThanOverflowingTheStack() {
    String bomb = "{\"a\":[".repeat(500_000);
    assertRefused(
        bomb.getBytes(StandardCharsets.UTF_8), "the text goes too far at line 1, column ");
  }

  @Test
  void hugeTextIsRefused() {
    byte[] huge = " ".repeat(JsonText.MAX_BYTES + 1).getBytes(StandardCharsets.UTF_8);
    assertRefused(huge, "the text is longer than 16777216 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e99999999999", "-1e-99999999999", "1e2147483648"})
  void numberBeyondAllMeasureIsRefused(String number) {
    assertRefused(number.getBytes(StandardCharsets.UTF_8), "the text ");
  }

  @Test
  void longNumberIsRefused() {
    assertRefused("1".repeat(2_000).getBytes(StandardCharsets.UTF_8), "the text goes too far");
  }

  @Test
  void ofAKeyThatStandsTwiceTheLastCounts() {
    Json.Obj twice = (Json.Obj) read("{\"a\":1,\"b\":2,\"a\":3}");
    assertEquals("{\"b\":2,\"a\":3}", JsonText.write(twice));
  }

  @Test
  void keysAreFoundInAnyCaseTheLastFirst() {
    Json.Obj object = (Json.Obj) read("{\"mtu\":1,\"MTU\":2,\"Mtu\":null}");
    assertEquals(Optional.of(Json.Num.of(2)), object.find("mtu"));
    assertEquals("{\"mtu\":9}", JsonText.write(object.with("mtu", Json.Num.of(9))));
    assertTrue(object.has("mTU"));
    assertEquals(Json.Obj.EMPTY, object.without("MTU"));
  }

  @Test
  void otherValuesThanObjectsAreNamed() {
    JsonException refused =
        assertThrows(
            JsonException.class,
            () -> JsonText.readObject("[1]".getBytes(StandardCharsets.UTF_8), "the text"));
    assertEquals("the text is a list, but should be an object", refused.getMessage());
  }

  private static String escape(String text) {
    return text.replace("\u0001", "\\u0001");
  }

  private static Json read(String text) {
    return JsonText.read(text.getBytes(StandardCharsets.UTF_8), "the text");
  }

  private static void assertRefused(byte[] text, String message) {
    JsonException refused =
        assertThrows(JsonException.class, () -> JsonText.read(text, "the text"));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(message), refused.getMessage());
  }
}
