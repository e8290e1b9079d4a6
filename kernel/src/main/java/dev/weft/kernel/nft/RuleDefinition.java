package dev.weft.kernel.nft;

import java.util.List;

/**
 * A rule: its statements are gone through in order, until a condition does not hold or one decides.
 *
 * @param comment what it is for, at most 128 bytes, without double quotes; empty for none
 */
public record RuleDefinition(List<Statement> statements, String comment) {
  public RuleDefinition {
    statements = List.copyOf(statements);
  }

  /** A rule with what it is for. */
  public static RuleDefinition of(String comment, Statement... statements) {
    return new RuleDefinition(List.of(statements), comment);
  }

  /** In the language of {@code nft(8)}, without the comment. */
  @Override
  public String toString() {
    return String.join(" ", statements.stream().map(Statement::toString).toList());
  }
}
