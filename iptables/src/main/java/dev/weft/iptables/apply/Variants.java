package dev.weft.iptables.apply;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.kernel.Errno;
import dev.weft.kernel.IptablesPrograms;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which of the two variants of iptables is written by. The kubelet marks the one that a node uses
 * by a chain of its own (KEP-3178); without such a mark it is what {@code iptables} itself leads
 * to.
 *
 * @param chosen whose tables ours are in
 * @param others installed as well
 * @param reason for the choice, as the end of a sentence
 */
record Variants(IptablesPrograms chosen, List<IptablesPrograms> others, String reason) {
  private static final List<String> MARKS =
      List.of(":KUBE-IPTABLES-HINT ", ":KUBE-KUBELET-CANARY ");

  /**
   * Looks which are installed.
   *
   * @throws KernelException with {@link Errno#ENOENT} if none is, or the kernel serves none
   */
  static Variants choose(NetworkNamespace namespace, IpFamily family) {
    List<IptablesPrograms> installed = namespace.iptablesPrograms(family);
    if (installed.isEmpty()) {
      String name = family == IpFamily.V4 ? "iptables" : "ip6tables";
      throw new KernelException(
          Errno.ENOENT,
          "there is no "
              + name
              + " here that the kernel serves: install the package iptables, or use the mode"
              + " nftables");
    }
    Optional<IptablesPrograms> marked = installed.stream().filter(Variants::isMarked).findFirst();
    IptablesPrograms chosen = marked.orElse(installed.getFirst());
    List<IptablesPrograms> others = new ArrayList<>(installed);
    others.remove(chosen);
    return new Variants(
        chosen,
        others,
        marked.isPresent()
            ? "which the kubelet has marked as this node's"
            : "which is this node's default");
  }

  private static boolean isMarked(IptablesPrograms programs) {
    if (!programs.has("mangle")) {
      return false;
    }
    String saved = programs.save("mangle");
    return MARKS.stream().anyMatch(saved::contains);
  }

  /** What stands in the tables of a variant, as far as we use them. */
  static List<SavedTable> saved(IptablesPrograms programs, Names names) {
    List<SavedTable> tables = new ArrayList<>();
    for (TableName table : List.of(TableName.FILTER, TableName.NAT)) {
      tables.add(
          programs.has(table.text())
              ? SavedTable.read(table, programs.save(table.text()), names)
              : SavedTable.none(table));
    }
    return tables;
  }
}
