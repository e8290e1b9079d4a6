package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationConverterTest {
  private final DurationConverter converter = new DurationConverter();

  @Test
  void durationsAreReadAsKubernetesWritesThem() {
    assertEquals(Duration.ofSeconds(30), converter.convert("30s"));
    assertEquals(Duration.ofMillis(500), converter.convert("500ms"));
    assertEquals(Duration.ofSeconds(90), converter.convert("1m30s"));
    assertEquals(Duration.ofHours(2), converter.convert("2h"));
    assertEquals(Duration.ZERO, converter.convert("0s"));
    assertEquals(Duration.ZERO, converter.convert("0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "-1s", "1.5s", "s", "30 s", "99999999999999999999s", "1d"})
  void whatIsNoneIsNamed(String text) {
    TypeConversionException refusal =
        assertThrows(TypeConversionException.class, () -> converter.convert(text));
    assertEquals(
        "'" + text + "' should be a duration, such as 30s, 500ms or 1m30s", refusal.getMessage());
  }
}
