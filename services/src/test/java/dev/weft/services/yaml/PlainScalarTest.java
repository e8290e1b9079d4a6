package dev.weft.services.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.json.JsonText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words without quotes mean what they mean to kubectl. */
class PlainScalarTest {

  @ParameterizedTest
  @CsvSource({
    "80, 80",
    "+80, 80",
    "-1, -1",
    "0, 0",
    "0x50, 80",
    "-0b101, -5",
    "0120, 80",
    "0o120, 80",
    "08, 8.0",
    "1_000, 1000",
    "8.5, 8.5",
    "5., 5.0",
    ".5, 0.5",
    "1e3, 1000.0",
    "12345678901234567890, 12345678901234567890",
    "1e999, '\"1e999\"'",
    "1.2.3, '\"1.2.3\"'",
    "10.0.0.1, '\"10.0.0.1\"'",
    "80:90, '\"80:90\"'",
    "2026-01-01, '\"2026-01-01\"'",
    "0x, '\"0x\"'",
    "0xfg, '\"0xfg\"'",
    "-, '\"-\"'",
    "., '\".\"'",
    "+_, '\"+_\"'",
    ".inf, '\".inf\"'",
    ".nan, '\".nan\"'",
    "fd00::1, '\"fd00::1\"'",
    "yes, true",
    "on, true",
    "n, false",
    "Off, false",
    "True, true",
    "tRUE, '\"tRUE\"'",
    "null, null",
    "~, null",
    "nil, '\"nil\"'",
    "None, '\"None\"'"
  })
  void wordIsTakenAsKubectlTakesIt(String word, String json) {
    assertEquals(json, JsonText.write(PlainScalar.resolve(word)));
  }

  @Test
  void numberOfEndlessDigitsIsAString() {
    String digits = "1".repeat(1_000_000);
    assertEquals("\"" + digits + "\"", JsonText.write(PlainScalar.resolve(digits)));
  }
}
