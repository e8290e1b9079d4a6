package dev.weft.cli;

import dev.weft.bench.macro.BenchException;
import dev.weft.cni.CniException;
import dev.weft.install.InstallException;
import dev.weft.iptables.apply.RulesException;
import dev.weft.services.InputException;

/** A failure as one line for people. */
final class FailureText {
  private FailureText() {}

  static String of(Throwable failure) {
    if (failure instanceof InstallException
        || failure instanceof BenchException
        || failure instanceof InputException
        || failure instanceof RulesException) {
      return String.valueOf(failure.getMessage());
    }
    if (!(failure instanceof CniException refusal)) {
      return "internal error: " + failure;
    }
    StringBuilder text = new StringBuilder(String.valueOf(refusal.getMessage()));
    text.append(" (code ").append(refusal.code());
    if (!refusal.details().isEmpty()) {
      text.append("; ").append(refusal.details());
    }
    text.append(')');
    for (Throwable next : refusal.getSuppressed()) {
      text.append("; and then: ").append(of(next));
    }
    return text.toString().replace('\n', ' ');
  }
}
