package dev.weft.iptables.ruleset;

import dev.weft.iptables.ruleset.Words.Word;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The long options of one match or target, each with the words behind it. */
final class Options {
  private final Map<String, Option> byName = new LinkedHashMap<>();

  /**
   * One of them.
   *
   * @param negated whether {@code !} stands before it
   */
  record Option(boolean negated, List<String> values) {
    String value() {
      if (values.isEmpty()) {
        throw new IllegalArgumentException("an option has no value");
      }
      return values.getFirst();
    }
  }

  Options(List<Word> words) {
    boolean negated = false;
    List<String> values = new ArrayList<>();
    for (Word word : words) {
      if (word.is("!")) {
        negated = true;
      } else if (!word.quoted() && word.text().startsWith("--")) {
        values = new ArrayList<>();
        byName.put(word.text(), new Option(negated, values));
        negated = false;
      } else {
        values.add(word.text());
      }
    }
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  Optional<Option> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /**
   * The option.
   *
   * @throws IllegalArgumentException if it is not there
   */
  Option get(String name) {
    return find(name).orElseThrow(() -> new IllegalArgumentException("there is no " + name));
  }
}
