package dev.weft.iptables;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftRule;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.Nftables;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Rules of others that are told by their comments, in a chain that others change meanwhile. */
final class CommentedRules {
  private static final int ATTEMPTS = 20;

  private CommentedRules() {}

  static List<NftRule> find(
      Nftables nftables,
      NftTable.Family family,
      String table,
      String chain,
      Predicate<String> isSuch) {
    List<NftRule> found = new ArrayList<>();
    for (NftRule rule : nftables.rules(family, table, chain)) {
      if (rule.comment().isPresent() && isSuch.test(rule.comment().get())) {
        found.add(rule);
      }
    }
    return found;
  }

  static void remove(
      Nftables nftables,
      NftTable.Family family,
      String table,
      String chain,
      Predicate<String> isSuch) {
    for (int attempt = 1; ; attempt++) {
      List<NftRule> rules = find(nftables, family, table, chain, isSuch);
      try {
        nftables.deleteRules(family, table, chain, rules);
        return;
      } catch (KernelException e) {
        // Another process may have deleted one since they were read.
        if (attempt == ATTEMPTS || e.errno() != Errno.ENOENT) {
          throw e;
        }
      }
    }
  }
}
