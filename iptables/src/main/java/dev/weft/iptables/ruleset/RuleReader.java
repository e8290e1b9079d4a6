package dev.weft.iptables.ruleset;

import dev.weft.iptables.ruleset.Words.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Cuts a rule into its matches and its target, at the options of a single letter. */
final class RuleReader {
  /** Options whose value is text, which iptables-save writes without quotes if it can. */
  private static final Set<String> FREE_TEXT =
      Set.of("--comment", "--log-prefix", "--nflog-prefix");

  private RuleReader() {}

  /**
   * Reads a rule.
   *
   * @param line what the words were split from
   * @param words without {@code -A CHAIN}
   * @param chains of the table
   * @throws IllegalArgumentException if it begins with a value, or leads to two targets
   */
  static Rule read(String line, List<Word> words, Set<String> chains) {
    List<Match> matches = new ArrayList<>();
    Optional<Target> target = Optional.empty();
    for (int start = 0; start < words.size(); ) {
      int end = start + 1;
      while (end < words.size() && !isStart(words, end)) {
        end++;
      }
      List<Word> part = words.subList(start, end);
      String raw = line.substring(part.getFirst().start(), part.getLast().end());
      if (!isStart(words, start)) {
        throw new IllegalArgumentException("the rule begins with " + raw + ", not with an option");
      }
      if (part.getFirst().is("-j") || part.getFirst().is("-g")) {
        if (target.isPresent()) {
          throw new IllegalArgumentException("the rule has a second target: " + raw);
        }
        target = Optional.of(TargetReader.read(raw, part, chains));
      } else {
        matches.add(MatchReader.read(raw, part));
      }
      start = end;
    }
    return new Rule(matches, target, Optional.empty());
  }

  /** Whether a match or target begins with this word, or with {@code !} before it. */
  private static boolean isStart(List<Word> words, int index) {
    Word word = words.get(index);
    if (word.is("!")) {
      return index + 1 < words.size() && isOption(words.get(index + 1));
    }
    boolean negatedBefore = index > 0 && words.get(index - 1).is("!");
    boolean text = index > 0 && FREE_TEXT.contains(words.get(index - 1).text());
    return isOption(word) && !negatedBefore && !text;
  }

  private static boolean isOption(Word word) {
    return !word.quoted()
        && word.text().length() == 2
        && word.text().charAt(0) == '-'
        && Character.isLetter(word.text().charAt(1));
  }
}
