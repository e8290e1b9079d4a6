package dev.weft.plugins.bridge;

import dev.weft.cni.CniException;
import java.util.ArrayList;
import java.util.List;

/** Runs steps that must all be tried, and reports afterwards what went wrong in them. */
final class BestEffort {
  private final List<CniException> failures = new ArrayList<>();

  void attempt(Runnable step) {
    try {
      Refusals.translate(step);
    } catch (CniException e) {
      failures.add(e);
    }
  }

  /**
   * Ends the work.
   *
   * @throws CniException with the code and sentence of the first failure, the others as details
   */
  void finish() {
    if (failures.isEmpty()) {
      return;
    }
    CniException first = failures.getFirst();
    StringBuilder details = new StringBuilder(first.details());
    for (CniException other : failures.subList(1, failures.size())) {
      details.append(details.isEmpty() ? "" : "; ").append(other.getMessage());
    }
    throw new CniException(
        first.code(), String.valueOf(first.getMessage()), details.toString(), first);
  }
}
