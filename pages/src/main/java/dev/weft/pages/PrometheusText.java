package dev.weft.pages;

import java.math.BigDecimal;
import java.util.List;

/**
 * A page in Prometheus's <a
 * href="https://prometheus.io/docs/instrumenting/exposition_formats/">text format</a> 0.0.4. Labels
 * are given as {@link #label} makes them, joined by commas.
 */
public final class PrometheusText {
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder(8192);

  /** Begins a metric, whose samples follow. */
  public void family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /** One sample of the metric that was begun. */
  public void sample(String name, String labels, Object value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }

  /** A metric with one sample. */
  public void gauge(String name, String help, long value) {
    family(name, "gauge", help);
    sample(name, "", value);
  }

  /** A metric with one sample, which only grows. */
  public void counter(String name, String help, long value) {
    family(name, "counter", help);
    sample(name, "", value);
  }

  /**
   * The samples of one histogram of the metric that was begun.
   *
   * @param labels of all its samples; may be empty
   * @param bounds of the buckets, as {@link #bound} writes them
   * @param upTo how many there were up to each bound
   */
  public void histogram(
      String name,
      String labels,
      List<String> bounds,
      List<Long> upTo,
      long number,
      long totalNanos) {
    String before = labels.isEmpty() ? "" : labels + ",";
    for (int i = 0; i < bounds.size(); i++) {
      sample(name + "_bucket", before + bounds.get(i), upTo.get(i));
    }
    sample(name + "_bucket", before + label("le", "+Inf"), number);
    sample(name + "_sum", labels, seconds(totalNanos));
    sample(name + "_count", labels, number);
  }

  /** A label of a bucket, from microseconds. */
  public static String bound(long micros) {
    return label("le", BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString());
  }

  public static String label(String name, String value) {
    String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return name + "=\"" + escaped + "\"";
  }

  /** To the microsecond. */
  public static String seconds(long nanos) {
    return BigDecimal.valueOf(nanos / 1000, 6).toPlainString();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
