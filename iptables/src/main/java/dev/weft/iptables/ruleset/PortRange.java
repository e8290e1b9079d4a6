package dev.weft.iptables.ruleset;

/** Ports from the first to the last, both included: 0 to 65535. */
public record PortRange(int first, int last) {

  public PortRange {
    if (first < 0 || last > 0xFFFF || first > last) {
      throw new IllegalArgumentException(
          "ports " + first + " to " + last + " are no range within 0..65535");
    }
  }

  public static PortRange of(int port) {
    return new PortRange(port, port);
  }

  public boolean contains(int port) {
    return first <= port && port <= last;
  }

  /** Reads {@code 80} or {@code 80:90}, with the given separator. */
  static PortRange parse(String text, char separator) {
    int middle = text.indexOf(separator);
    return middle < 0
        ? of(Integer.parseInt(text))
        : new PortRange(
            Integer.parseInt(text.substring(0, middle)),
            Integer.parseInt(text.substring(middle + 1)));
  }

  String text(char separator) {
    return first == last ? Integer.toString(first) : Integer.toString(first) + separator + last;
  }
}
