package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.NftOperation;
import dev.weft.kernel.NftRule;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** nftables of one namespace, over nfnetlink and by the {@code nft} program. */
final class LinuxNftables implements Nftables {
  // linux/netfilter/nf_tables.h
  private static final int NEWTABLE = 0;
  private static final int GETTABLE = 1;
  private static final int DELTABLE = 2;
  private static final int NEWCHAIN = 3;
  private static final int DELCHAIN = 5;
  private static final int GETRULE = 7;
  private static final int DELRULE = 8;
  private static final int GETGEN = 16;

  private static final int GENERATION_ID = 1;

  private static final int TABLE_NAME = 1;

  private static final int CHAIN_TABLE = 1;
  private static final int CHAIN_NAME = 3;
  private static final int CHAIN_HOOK = 4;
  private static final int CHAIN_TYPE = 7;
  private static final int HOOK_NUMBER = 1;
  private static final int HOOK_PRIORITY = 2;
  private static final int NF_INET_POST_ROUTING = 4;
  private static final int NF_BR_PRE_ROUTING = 0;

  private static final int RULE_TABLE = 1;
  private static final int RULE_CHAIN = 2;
  private static final int RULE_HANDLE = 3;
  private static final int RULE_USERDATA = 7;

  static final int ELEMENTS_TABLE = 1;
  static final int ELEMENTS_SET = 2;
  static final int ELEMENTS = 3;

  /** A table and chain that are tried and never made. */
  private static final String TRIAL = "weft_trial";

  /** What this kernel was seen to take: it does so in every namespace. */
  private static final Set<NftTable.Family> AVAILABLE = ConcurrentHashMap.newKeySet();

  private static final String PROGRAM = "nft";
  private static final String PACKAGE = "nftables";

  private final NamespaceHandle namespace;
  private final Netfilter netfilter;
  private final NftElementChanges elementChanges;

  LinuxNftables(NamespaceHandle namespace) {
    this.namespace = namespace;
    this.netfilter = new Netfilter(namespace);
    this.elementChanges = new NftElementChanges(netfilter);
  }

  @Override
  public boolean isAvailable(NftTable.Family family) {
    if (!AVAILABLE.contains(family) && takes(family)) {
      AVAILABLE.add(family);
    }
    return AVAILABLE.contains(family);
  }

  private boolean takes(NftTable.Family family) {
    boolean ofBridges = family == NftTable.Family.BRIDGE;
    MessageWriter table =
        message(NEWTABLE, family.number(), MessageWriter.NLM_F_CREATE).attribute(TABLE_NAME, TRIAL);
    MessageWriter chain =
        message(NEWCHAIN, family.number(), MessageWriter.NLM_F_CREATE)
            .attribute(CHAIN_TABLE, TRIAL)
            .attribute(CHAIN_NAME, TRIAL);
    int hook = chain.begin(CHAIN_HOOK);
    chain
        .attributeIntBigEndian(HOOK_NUMBER, ofBridges ? NF_BR_PRE_ROUTING : NF_INET_POST_ROUTING)
        .attributeIntBigEndian(HOOK_PRIORITY, 0)
        .end(hook)
        .attribute(CHAIN_TYPE, ofBridges ? "filter" : "nat");
    try {
      netfilter.rehearse(Netfilter.SUBSYSTEM_NFTABLES, List.of(table, chain));
      return true;
    } catch (NetlinkException e) {
      return false;
    }
  }

  @Override
  public boolean hasProgram() {
    return Program.find(PROGRAM).isPresent();
  }

  @Override
  public void load(List<NftTable> tables) {
    Program.Outcome outcome = nft(NftScript.replace(tables));
    if (outcome.exitCode() != 0) {
      throw refused("nft does not load " + tableNames(tables), outcome);
    }
  }

  private static String tableNames(List<NftTable> tables) {
    StringBuilder names = new StringBuilder("the tables");
    for (NftTable table : tables) {
      names.append(' ').append(tableName(table.family(), table.name()));
    }
    return names.toString();
  }

  @Override
  public boolean ensure(NftTable table) {
    if (exists(table.family(), table.name())) {
      return false;
    }
    Program.Outcome outcome = nft(NftScript.create(table));
    if (outcome.exitCode() == 0) {
      return true;
    }
    // Somebody else may have been faster.
    if (exists(table.family(), table.name())) {
      return false;
    }
    throw refused(
        "nft does not create the table " + tableName(table.family(), table.name()), outcome);
  }

  private Program.Outcome nft(String script) {
    return Program.require(PROGRAM, PACKAGE).run(namespace, script, "-f", "-");
  }

  private static KernelException refused(String what, Program.Outcome outcome) {
    String complaint = outcome.error();
    Errno errno =
        complaint.contains("Operation not permitted")
            ? Errno.EPERM
            : complaint.contains("not supported") ? Errno.EOPNOTSUPP : Errno.EINVAL;
    return new KernelException(errno, what + ": " + complaint);
  }

  @Override
  public boolean exists(NftTable.Family family, String table) {
    MessageWriter request = message(GETTABLE, family.number(), 0).attribute(TABLE_NAME, table);
    try {
      netfilter.ask(request);
      return true;
    } catch (NetlinkException e) {
      return switch (Errno.of(e.errno())) {
        // No such table; no nftables; no netfilter at all.
        case ENOENT, EINVAL, EPROTONOSUPPORT -> false;
        default ->
            throw Refusal.because("cannot look for the table " + tableName(family, table), e);
      };
    }
  }

  @Override
  public void delete(NftTable.Family family, String table) {
    MessageWriter request = message(DELTABLE, family.number(), 0).attribute(TABLE_NAME, table);
    try {
      netfilter.transact(Netfilter.SUBSYSTEM_NFTABLES, List.of(request));
    } catch (NetlinkException e) {
      throw Refusal.because("cannot delete the table " + tableName(family, table), e);
    }
  }

  @Override
  public void apply(List<NftElementChange> changes) {
    elementChanges.apply(changes);
  }

  @Override
  public void commit(List<? extends NftOperation> operations) {
    new NftTransaction(operations).commit(netfilter);
  }

  @Override
  public int generation() {
    try {
      for (Message message : netfilter.ask(message(GETGEN, 0, 0))) {
        AttributeReader body = message.body();
        while (body.next()) {
          if (body.type() == GENERATION_ID) {
            return body.asIntBigEndian();
          }
        }
      }
      throw NetlinkException.malformed("it does not tell the generation");
    } catch (NetlinkException e) {
      throw Refusal.because("cannot ask for the generation of nftables' rules", e);
    }
  }

  @Override
  public byte[] fingerprint(NftTable.Family family, String table) {
    return new NftFingerprint(netfilter, family, table).digest();
  }

  @Override
  public List<NftElement> elements(NftTable.Family family, String table, String set) {
    return new NftSetReader(netfilter, family, table, set).all();
  }

  @Override
  public Optional<NftElement> element(
      NftTable.Family family, String table, String set, List<NftValue> key) {
    return new NftSetReader(netfilter, family, table, set).find(key);
  }

  @Override
  public List<NftRule> rules(NftTable.Family family, String table, String chain) {
    MessageWriter request =
        message(GETRULE, family.number(), 0)
            .attribute(RULE_TABLE, table)
            .attribute(RULE_CHAIN, chain);
    List<NftRule> rules = new ArrayList<>();
    try {
      for (Message message : netfilter.dump(request)) {
        rules.add(rule(message.body()));
      }
    } catch (NetlinkException e) {
      throw Refusal.because(
          "cannot read the rules of " + tableName(family, table) + ' ' + chain, e);
    }
    return rules;
  }

  private static NftRule rule(AttributeReader body) throws NetlinkException {
    long handle = 0;
    Optional<String> comment = Optional.empty();
    while (body.next()) {
      switch (body.type()) {
        case RULE_HANDLE -> handle = body.asLongBigEndian();
        case RULE_USERDATA -> comment = NftElements.comment(body.asBytes());
        default -> {}
      }
    }
    return new NftRule(handle, comment);
  }

  @Override
  public void deleteRules(NftTable.Family family, String table, String chain, List<NftRule> rules) {
    if (rules.isEmpty()) {
      return;
    }
    List<MessageWriter> messages = new ArrayList<>(rules.size());
    for (NftRule rule : rules) {
      messages.add(
          message(DELRULE, family.number(), 0)
              .attribute(RULE_TABLE, table)
              .attribute(RULE_CHAIN, chain)
              .attributeLongBigEndian(RULE_HANDLE, rule.handle()));
    }
    try {
      netfilter.transact(Netfilter.SUBSYSTEM_NFTABLES, messages);
    } catch (NetlinkException e) {
      throw Refusal.because("cannot delete rules of " + tableName(family, table) + ' ' + chain, e);
    }
  }

  @Override
  public void deleteChain(NftTable.Family family, String table, String chain) {
    MessageWriter request =
        message(DELCHAIN, family.number(), 0)
            .attribute(CHAIN_TABLE, table)
            .attribute(CHAIN_NAME, chain);
    try {
      netfilter.transact(Netfilter.SUBSYSTEM_NFTABLES, List.of(request));
    } catch (NetlinkException e) {
      throw Refusal.because("cannot delete the chain " + tableName(family, table) + ' ' + chain, e);
    }
  }

  static MessageWriter message(int type, int family, int flags) {
    return Netfilter.message(Netfilter.SUBSYSTEM_NFTABLES, type, family, flags);
  }

  static String tableName(NftTable.Family family, String table) {
    return family.text() + ' ' + table;
  }
}
