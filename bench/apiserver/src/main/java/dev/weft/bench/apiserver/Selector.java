package dev.weft.bench.apiserver;

import dev.weft.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which objects a request is about: its namespace, its label selector, its field selector. Of label
 * selectors the forms {@code k}, {@code !k}, {@code k=v}, {@code k==v} and {@code k!=v} are known,
 * with commas between them.
 */
record Selector(String namespace, List<Term> labels, List<Term> fields) {

  Selector {
    labels = List.copyOf(labels);
    fields = List.copyOf(fields);
  }

  /**
   * One condition.
   *
   * @param key a label, or the path of a field
   * @param value nothing if it only matters whether the key is there
   */
  record Term(String key, boolean negated, Optional<String> value) {

    /** A label that is not there differs from every value. */
    boolean matches(Optional<String> actual) {
      boolean equal = value.isEmpty() ? actual.isPresent() : actual.equals(value);
      return equal != negated;
    }
  }

  static Selector of(ApiRequest request) {
    return new Selector(
        request.namespace(),
        terms(request.query().getOrDefault("labelSelector", "")),
        terms(request.query().getOrDefault("fieldSelector", "")));
  }

  private static List<Term> terms(String text) {
    List<Term> terms = new ArrayList<>();
    for (String term : text.split(",", -1)) {
      int equals = term.indexOf('=');
      if (equals > 0) {
        boolean negated = term.charAt(equals - 1) == '!';
        String key = term.substring(0, negated ? equals - 1 : equals);
        String value = term.substring(term.startsWith("==", equals) ? equals + 2 : equals + 1);
        terms.add(new Term(key.strip(), negated, Optional.of(value.strip())));
      } else if (!term.isBlank()) {
        boolean negated = term.startsWith("!");
        terms.add(
            new Term(term.substring(negated ? 1 : 0).strip(), negated, Optional.<String>empty()));
      }
    }
    return terms;
  }

  boolean matches(Stored stored) {
    Json.Obj metadata = Stored.metadata(stored.object());
    return (namespace.isEmpty() || namespace.equals(Stored.word(metadata, "namespace")))
        && labels.stream().allMatch(term -> term.matches(at(metadata, "labels", term.key())))
        && fields.stream()
            .allMatch(
                term ->
                    term.matches(
                        Optional.of(at(stored.object(), term.key().split("\\.")).orElse(""))));
  }

  private static Optional<String> at(Json.Obj object, String... path) {
    Json.Obj within = object;
    for (int i = 0; i < path.length - 1; i++) {
      if (!(within.fields().get(path[i]) instanceof Json.Obj next)) {
        return Optional.empty();
      }
      within = next;
    }
    return within.fields().get(path[path.length - 1]) instanceof Json.Str(String text)
        ? Optional.of(text)
        : Optional.empty();
  }
}
