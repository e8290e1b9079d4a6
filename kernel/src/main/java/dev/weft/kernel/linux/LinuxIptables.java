package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.Iptables;
import dev.weft.kernel.IptablesChange;
import dev.weft.kernel.IptablesTable;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.Nftables;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.IpFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The iptables programs, run inside a namespace. */
final class LinuxIptables implements Iptables {
  /** How long another program may hold the lock of the legacy tables, in seconds. */
  private static final String PATIENCE = "30";

  // linux/netfilter/nf_tables.h
  private static final int GETCHAIN = 4;
  private static final int CHAIN_TABLE = 1;
  private static final int CHAIN_NAME = 3;

  private final NamespaceHandle namespace;
  private final Netfilter netfilter;
  private final Nftables nftables;

  LinuxIptables(NamespaceHandle namespace) {
    this.namespace = namespace;
    this.netfilter = new Netfilter(namespace);
    this.nftables = new LinuxNftables(namespace);
  }

  @Override
  public boolean isAvailable(IpFamily family) {
    Optional<Program> save = Program.find(program(family) + "-save");
    if (save.isEmpty() || Program.find(program(family) + "-restore").isEmpty()) {
      return false;
    }
    // iptables-nft lists nothing where there is no nftables, and calls that a success.
    return save.get().isNamed("xtables-nft-multi")
        ? nftables.exists(tables(family), "nat") || nftables.isAvailable(tables(family))
        : save.get().run(namespace, "", "-t", "filter").exitCode() == 0;
  }

  @Override
  public boolean hasChain(IpFamily family, String table, String chain) {
    return hasNftChain(family, table, chain)
        || (usesLegacy(family, table)
            && Program.find(program(family) + "-save").isPresent()
            && read(family, table).rules(chain).isPresent());
  }

  /** iptables-nft keeps its tables as nftables tables of the same names. */
  private boolean hasNftChain(IpFamily family, String table, String chain) {
    MessageWriter request =
        Netfilter.message(Netfilter.SUBSYSTEM_NFTABLES, GETCHAIN, tables(family).number(), 0)
            .attribute(CHAIN_TABLE, table)
            .attribute(CHAIN_NAME, chain);
    try {
      netfilter.ask(request);
      return true;
    } catch (NetlinkException e) {
      return false; // no such chain, or no nftables at all
    }
  }

  private boolean usesLegacy(IpFamily family, String table) {
    Path names =
        Path.of(
            "/proc/thread-self/net",
            family == IpFamily.V4 ? "ip_tables_names" : "ip6_tables_names");
    return namespace.inside(() -> Files.exists(names) && Files.readAllLines(names).contains(table));
  }

  @Override
  public IptablesTable read(IpFamily family, String table) {
    String name = program(family) + "-save";
    Program.Outcome outcome = Program.require(name, "iptables").run(namespace, "", "-t", table);
    if (outcome.exitCode() != 0) {
      throw new KernelException(
          Errno.ENOENT, name + " cannot read the table " + table + ": " + outcome.error());
    }
    return IptablesText.read(table, outcome.output());
  }

  @Override
  public void apply(IpFamily family, String table, List<IptablesChange> changes) {
    if (changes.isEmpty()) {
      return;
    }
    String name = program(family) + "-restore";
    Program.Outcome outcome =
        Program.require(name, "iptables")
            .run(namespace, IptablesText.write(table, changes), "--noflush", "-w", PATIENCE);
    if (outcome.exitCode() != 0) {
      throw refused(name, changes, outcome.error());
    }
  }

  private static String program(IpFamily family) {
    return family == IpFamily.V4 ? "iptables" : "ip6tables";
  }

  /** Where iptables-nft has its tables. */
  private static NftTable.Family tables(IpFamily family) {
    return family == IpFamily.V4 ? NftTable.Family.IP : NftTable.Family.IP6;
  }

  private static KernelException refused(
      String program, List<IptablesChange> changes, String complaint) {
    int index = lineNumber(complaint) - 2;
    if (index < 0 || index >= changes.size()) {
      return new KernelException(
          errno(complaint, Optional.empty()), program + " failed: " + complaint);
    }
    IptablesChange change = changes.get(index);
    return new KernelException(
        errno(complaint, Optional.of(change)),
        program + " refused \"" + IptablesText.line(change) + "\": " + complaint);
  }

  /** The number that follows the last "line" or "line:", or zero. */
  private static int lineNumber(String complaint) {
    int at = complaint.lastIndexOf("line");
    int number = 0;
    boolean begun = false;
    for (int i = at < 0 ? complaint.length() : at + 4; i < complaint.length(); i++) {
      int digit = Character.digit(complaint.charAt(i), 10);
      if (digit < 0 && begun) {
        break;
      }
      if (digit >= 0) {
        begun = true;
        number = number * 10 + digit;
      }
    }
    return number;
  }

  /** What the complaint means; iptables-legacy gives none, so then what is usual for the change. */
  private static Errno errno(String complaint, Optional<IptablesChange> change) {
    if (complaint.contains("already exists")) {
      return Errno.EEXIST;
    }
    if (complaint.contains("No chain/target/match")
        || complaint.contains("does not exist")
        || complaint.contains("No such file")
        || complaint.contains("does a matching rule exist")) {
      return Errno.ENOENT;
    }
    if (complaint.contains("resource busy")) {
      return Errno.EBUSY;
    }
    if (complaint.contains("Permission denied")) {
      return Errno.EPERM;
    }
    if (complaint.contains("xtables lock")) {
      return Errno.EAGAIN;
    }
    if (!complaint.endsWith("failed") || change.isEmpty()) {
      return Errno.EINVAL;
    }
    return switch (change.get()) {
      case IptablesChange.NewChain _ -> Errno.EEXIST;
      case IptablesChange.DeleteChain _ -> Errno.EBUSY;
      case IptablesChange.Append _,
          IptablesChange.Prepend _,
          IptablesChange.Delete _,
          IptablesChange.Flush _ ->
          Errno.ENOENT;
    };
  }
}
