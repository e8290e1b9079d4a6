package dev.weft.trace;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Probabilities as people and machines want them. */
final class Chances {
  private static final int DIGITS = 6;

  private Chances() {}

  /** 0 to 1, rounded: the kernel draws from 2^31 numbers, which nobody wants to see. */
  static BigDecimal decimal(double chance) {
    BigDecimal rounded = BigDecimal.valueOf(chance).setScale(DIGITS, RoundingMode.HALF_EVEN);
    return rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros();
  }

  /** {@code 33.3 %}, {@code 50 %}, {@code 0.02 %}. */
  static String text(double chance) {
    double percent = chance * 100;
    int digits = percent >= 10 ? 1 : percent >= 1 ? 2 : 3;
    BigDecimal rounded =
        BigDecimal.valueOf(percent).setScale(digits, RoundingMode.HALF_EVEN).stripTrailingZeros();
    return String.format(Locale.ROOT, "%s %%", rounded.toPlainString());
  }
}
