package dev.weft.bench.macro;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Whose executables: ours, or those that they are compared with. */
enum Side {
  WEFT("weft"),
  PEER("peer");

  private final String label;

  Side(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  /**
   * Who comes first in a round, and who second: A B, B A, A B and so on. What changes steadily
   * meanwhile, such as the machine's temperature or its other load, then weighs on both alike.
   *
   * @param round from 0
   */
  static List<Side> inRound(int round) {
    return round % 2 == 0 ? List.of(WEFT, PEER) : List.of(PEER, WEFT);
  }

  /** What each side has, ours first whatever the order in which it was put in. */
  static <T> Map<Side, T> inOrder(Map<Side, T> sides) {
    Map<Side, T> ordered = new EnumMap<>(Side.class);
    ordered.putAll(sides);
    return Collections.unmodifiableMap(ordered);
  }
}
