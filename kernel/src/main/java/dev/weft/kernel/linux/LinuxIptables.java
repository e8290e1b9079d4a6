package dev.weft.kernel.linux;

import dev.weft.kernel.Iptables;
import dev.weft.kernel.IptablesChange;
import dev.weft.kernel.IptablesTable;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.Nftables;
import dev.weft.kernel.libc.Libc;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.IpFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The iptables programs, run inside a namespace. */
final class LinuxIptables implements Iptables {
  // linux/netfilter/nf_tables.h
  private static final int GETCHAIN = 4;
  private static final int CHAIN_TABLE = 1;
  private static final int CHAIN_NAME = 3;

  private final NamespaceHandle namespace;
  private final Netfilter netfilter;
  private final Nftables nftables;

  /** By program and table. */
  private final Map<String, LinuxIptablesTable> known = new ConcurrentHashMap<>();

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
    return usesLegacy(namespace, family, table);
  }

  /** Whether the kernel knows the legacy variant at all, as far as it is loaded. */
  static boolean hasLegacy(NamespaceHandle namespace, IpFamily family) {
    return namespace.inside(() -> Files.exists(Path.of(legacyTables(family))));
  }

  private static String legacyTables(IpFamily family) {
    return "/proc/thread-self/net/"
        + (family == IpFamily.V4 ? "ip_tables_names" : "ip6_tables_names");
  }

  /** Whether the kernel has such a table of the legacy variant. */
  static boolean usesLegacy(NamespaceHandle namespace, IpFamily family, String table) {
    String names = legacyTables(family);
    String tables =
        namespace.inside(
            () -> {
              int descriptor = Libc.open(names, Libc.O_RDONLY | Libc.O_CLOEXEC);
              if (descriptor < 0) {
                return ""; // the kernel has no such tables
              }
              try {
                return ProcFile.text(descriptor, "cannot read " + names);
              } finally {
                Libc.close(descriptor);
              }
            });
    return List.of(tables.split("\n", -1)).contains(table);
  }

  @Override
  public IptablesTable read(IpFamily family, String table) {
    return table(family, table).read();
  }

  @Override
  public void apply(IpFamily family, String table, List<IptablesChange> changes) {
    table(family, table).apply(changes);
  }

  private LinuxIptablesTable table(IpFamily family, String table) {
    return known.computeIfAbsent(
        program(family) + ' ' + table,
        _ -> new LinuxIptablesTable(namespace, program(family), table));
  }

  static String program(IpFamily family) {
    return family == IpFamily.V4 ? "iptables" : "ip6tables";
  }

  /** Where iptables-nft has its tables. */
  static NftTable.Family tables(IpFamily family) {
    return family == IpFamily.V4 ? NftTable.Family.IP : NftTable.Family.IP6;
  }
}
