package dev.weft.iptables.apply;

import dev.weft.kernel.IptablesPrograms;
import dev.weft.kernel.IptablesPrograms.Refusal;
import dev.weft.kernel.IptablesPrograms.Variant;
import dev.weft.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a run of {@code iptables-restore} ended.
 *
 * @param refusedRule the line that was refused; empty if none is known
 */
record RestoreRun(Optional<Refusal> refusal, String refusedRule) {

  /**
   * For each chain that a line names, iptables-nft with --noflush walks a list of all that were
   * named before: 10,000 Services take it two minutes. It does so only until a command asks for all
   * chains, as -S does; then they take three seconds. What -S prints nobody reads.
   */
  private static final int MANY_CHAINS = 500;

  /** Changes tables in one process, if there is anything to change. */
  static RestoreRun of(IptablesPrograms programs, List<RestoreInput> inputs) {
    List<String> lines = new ArrayList<>();
    for (RestoreInput input : inputs) {
      boolean listing = programs.variant() == Variant.NFT && input.chains() > MANY_CHAINS;
      input.writeTo(lines, listing);
    }
    if (lines.isEmpty()) {
      return new RestoreRun(Optional.empty(), "");
    }
    Optional<Refusal> refusal;
    try {
      refusal = programs.restore(String.join("\n", lines) + "\n");
    } catch (KernelException e) {
      throw new RulesException(e.getMessage(), e);
    }
    return new RestoreRun(refusal, refusal.map(r -> rule(lines, r.line())).orElse(""));
  }

  /** The legacy variant may name the COMMIT, for it does not know more itself. */
  private static String rule(List<String> lines, int number) {
    String line = number < 1 || number > lines.size() ? "" : lines.get(number - 1);
    return line.startsWith("-") ? line : "";
  }
}
