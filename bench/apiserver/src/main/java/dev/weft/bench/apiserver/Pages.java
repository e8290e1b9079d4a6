package dev.weft.bench.apiserver;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What is left of lists that are taken piece by piece. */
final class Pages {
  private static final int KEPT = 100;

  private final Map<String, Rest> rests = new LinkedHashMap<>();
  private long next;

  /**
   * @param from the first object that was not taken yet
   */
  record Rest(Store.Snapshot snapshot, int from) {}

  /** Keeps a rest; the answer is the token for it. */
  synchronized String keep(Rest rest) {
    if (rests.size() == KEPT) {
      rests.remove(rests.keySet().iterator().next());
    }
    String token = "rest-" + ++next;
    rests.put(token, rest);
    return token;
  }

  synchronized Optional<Rest> take(String token) {
    return Optional.ofNullable(rests.get(token));
  }

  synchronized void forget() {
    rests.clear();
  }
}
