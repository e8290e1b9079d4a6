package dev.weft.bench.macro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What is said of many values. */
class DistributionTest {
  @Test
  void figuresAreThoseOfATextbook() {
    Distribution distribution = Distribution.of(List.of(40.0, 15.0, 35.0, 20.0, 50.0, 27.0));
    assertEquals(6, distribution.count());
    assertEquals(15, distribution.min());
    assertEquals(31, distribution.median());
    assertEquals(50, distribution.max());
    assertEquals(187 / 6.0, distribution.mean(), 1e-9);
    assertEquals(45, distribution.quantile(0.9), 1e-9);
    assertEquals(21.75, distribution.quantile(0.25), 1e-9);
  }

  @Test
  void ofOneValueAllFiguresAreThatValue() {
    Distribution distribution = Distribution.of(List.of(7.5));
    assertEquals(7.5, distribution.median());
    assertEquals(7.5, distribution.quantile(0.99));
    assertEquals(7.5, distribution.mean());
  }

  @Test
  void ofNoneThereAreNoFigures() {
    Distribution distribution = Distribution.of(List.of());
    assertEquals(0, distribution.count());
    assertTrue(Double.isNaN(distribution.median()));
    assertTrue(Double.isNaN(distribution.mean()));
  }

  @Property
  void aHigherPartHasNoLowerValueAndAllAreWithinTheEnds(
      @ForAll @Size(min = 1, max = 50) List<@DoubleRange(max = 1e6) Double> values,
      @ForAll @DoubleRange(max = 1) double one,
      @ForAll @DoubleRange(max = 1) double other) {
    Distribution distribution = Distribution.of(values);
    double low = distribution.quantile(Math.min(one, other));
    double high = distribution.quantile(Math.max(one, other));
    double rounding = 1e-9 * distribution.max();
    assertTrue(distribution.min() - rounding <= low);
    assertTrue(low <= high + rounding);
    assertTrue(high <= distribution.max() + rounding);
  }

  @Property
  void theOrderOfTheValuesDoesNotMatter(
      @ForAll @Size(min = 1, max = 50) List<@DoubleRange(max = 1e6) Double> values) {
    Distribution one = Distribution.of(values);
    Distribution other = Distribution.of(values.reversed());
    assertEquals(one.median(), other.median());
    assertEquals(one.quantile(0.99), other.quantile(0.99));
  }
}
