package dev.weft.iptables.apply;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The kernel did not take the rules. The message is a sentence: which operation failed and why. */
public final class RulesException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Says what failed.
   *
   * @param message names the program or the table, the operation, where it is known the Service
   *     whose rule was refused, and why
   */
  public RulesException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
