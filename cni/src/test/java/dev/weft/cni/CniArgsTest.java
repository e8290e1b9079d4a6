package dev.weft.cni;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CNI_ARGS holds pairs; keys that nobody knows are refused unless the caller says otherwise. */
class CniArgsTest {

  @Test
  void pairsAreReadAsWritten() {
    assertEquals(
        Map.of("IP", "10.1.0.5", "Empty", ""), CniArgs.parse("IP=10.1.0.5;Empty=").values());
    assertEquals(CniArgs.NONE, CniArgs.parse(""));
    assertEquals(Map.of("IP", "b"), CniArgs.parse("IP=a;IP=b").values());
  }

  @Test
  void semicolonAtTheEndIsForgiven() {
    assertEquals(Map.of("IP", "10.1.0.5"), CniArgs.parse("IP=10.1.0.5;").values());
  }

  @ParameterizedTest
  @ValueSource(strings = {"IP", "=", "=x", "IP=a=b", "IP=a;;MAC=b", ";", "IP=a; "})
  void malformedPairIsRefused(String text) {
    CniException refused = assertThrows(CniException.class, () -> CniArgs.parse(text));
    assertEquals(ErrorCode.INVALID_ENVIRONMENT.number(), refused.code());
    assertTrue(String.valueOf(refused.getMessage()).startsWith("CNI_ARGS holds "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"IP=x", "IgnoreUnknown=1;A=b", "IgnoreUnknown=TRUE;A=b", "IgnoreUnknown=0"})
  void knownAndIgnoredKeysAreTaken(String text) {
    assertDoesNotThrow(() -> CniArgs.parse(text).requireOnly(Set.of("IP")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A=b",
        "ip=x",
        "IgnoreUnknown=0;A=b",
        "IgnoreUnknown=False;A=b",
        "IgnoreUnknown=yes"
      })
  void otherKeysAreRefused(String text) {
    CniException refused =
        assertThrows(CniException.class, () -> CniArgs.parse(text).requireOnly(Set.of("IP")));
    assertEquals(ErrorCode.INVALID_ENVIRONMENT.number(), refused.code());
  }
}
