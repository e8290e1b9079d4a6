package dev.weft.iptables;

import java.util.List;

/** Looks up what a rule says, given as its words. */
final class IptablesRule {
  private IptablesRule() {}

  /** The comment; empty if there is none. */
  static String comment(List<String> rule) {
    return after("--comment", rule);
  }

  /** What it jumps to; empty if nothing. */
  static String target(List<String> rule) {
    return after("-j", rule);
  }

  private static String after(String option, List<String> rule) {
    for (int i = 0; i + 1 < rule.size(); i++) {
      if (rule.get(i).equals(option)) {
        return rule.get(i + 1);
      }
      if (rule.get(i).equals("--comment")) {
        i++; // its word is text, whatever it looks like
      }
    }
    return "";
  }
}
