package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.IptablesPrograms;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Nftables;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The iptables programs of one variant for one family.
 *
 * @param name with the family, for messages
 */
record LinuxIptablesPrograms(
    NamespaceHandle namespace,
    Nftables nftables,
    IpFamily family,
    Variant variant,
    String name,
    Program save,
    Program restore)
    implements IptablesPrograms {
  /** How long another program may hold the lock of the legacy tables, in seconds. */
  private static final String PATIENCE = "30";

  /** The table of 50,000 Services with five endpoints each is a tenth of this. */
  private static final int LARGEST_TABLE = 1 << 30;

  private static final String NFT_PROGRAM = "xtables-nft-multi";

  /** Those that are installed and that the kernel serves, first what the plain name leads to. */
  static List<IptablesPrograms> installed(
      NamespaceHandle namespace, Nftables nftables, IpFamily family) {
    String plain = LinuxIptables.program(family);
    List<IptablesPrograms> found = new ArrayList<>();
    for (String name : List.of(plain, plain + "-nft", plain + "-legacy")) {
      Optional<Program> save = Program.find(name + "-save");
      Optional<Program> restore = Program.find(name + "-restore");
      if (save.isPresent() && restore.isPresent()) {
        Variant variant = save.get().isNamed(NFT_PROGRAM) ? Variant.NFT : Variant.LEGACY;
        if (found.stream().noneMatch(known -> known.variant() == variant)) {
          var programs =
              new LinuxIptablesPrograms(
                  namespace, nftables, family, variant, name, save.get(), restore.get());
          if (programs.isServed(name.equals(plain))) {
            found.add(programs);
          }
        }
      }
    }
    return found;
  }

  /**
   * iptables-nft lists nothing where there is no nftables, and calls that a success. To ask
   * iptables-legacy would make its table, which costs each packet, so it is asked only if it is the
   * node's own.
   */
  private boolean isServed(boolean plain) {
    return switch (variant) {
      case NFT -> has("nat") || nftables.isAvailable(LinuxIptables.tables(family));
      case LEGACY ->
          LinuxIptables.hasLegacy(namespace, family)
              || (plain && save.run(namespace, "", "-t", "filter").exitCode() == 0);
    };
  }

  @Override
  public boolean has(String table) {
    return switch (variant) {
      case NFT -> nftables.exists(LinuxIptables.tables(family), table);
      case LEGACY -> LinuxIptables.usesLegacy(namespace, family, table);
    };
  }

  @Override
  public String save(String table) {
    Program.Outcome outcome = save.run(namespace, "", LARGEST_TABLE, "-t", table);
    if (outcome.exitCode() != 0) {
      throw new KernelException(
          Errno.ENOENT, name + "-save cannot read the table " + table + ": " + outcome.error());
    }
    return outcome.output();
  }

  @Override
  public Optional<Refusal> restore(String input) {
    Program.Outcome outcome = restore.run(namespace, input, "--noflush", "-w", PATIENCE);
    return outcome.exitCode() == 0
        ? Optional.empty()
        : Optional.of(new Refusal(LinuxIptablesTable.lineNumber(outcome.error()), outcome.error()));
  }

  @Override
  public String toString() {
    return name;
  }
}
