package dev.weft.kernel.linux;

import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.NftOperation;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.RuleDefinition;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.kernel.nft.TableDefinition;
import dev.weft.net.IpFamily;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Several operations as one batch of messages, and what each message is for. */
final class NftTransaction {
  // linux/netfilter/nf_tables.h
  private static final int NEWTABLE = 0;
  private static final int DELTABLE = 2;
  private static final int NEWCHAIN = 3;
  private static final int NEWRULE = 6;
  private static final int NEWSET = 9;
  private static final int SET_INTERVAL = 0x4;
  private static final int SET_MAP = 0x8;
  private static final int SET_TIMEOUT = 0x10;
  private static final int SET_EVAL = 0x20;
  private static final int DORMANT = 1;
  private static final int DATA_VERDICT = 0xFFFF_FF00;

  /** Of libnftnl: in whose byte order keys and values are; 1 the machine's, 2 the network's. */
  private static final int UDATA_KEY_ORDER = 0;

  private static final int UDATA_VALUE_ORDER = 1;

  /** Up to how many changes of elements have a message each, so that a refusal tells which. */
  private static final int SINGLE = 64;

  private final List<MessageWriter> messages = new ArrayList<>();
  private final List<Supplier<String>> purposes = new ArrayList<>();
  private int sets;

  NftTransaction(List<? extends NftOperation> operations) {
    List<NftElementChange> changes = new ArrayList<>();
    for (NftOperation operation : operations) {
      switch (operation) {
        case NftElementChange change -> changes.add(change);
        case NftOperation.Declaration declaration -> {
          elements(changes);
          changes.clear();
          declare(declaration);
        }
      }
    }
    elements(changes);
  }

  void commit(Netfilter netfilter) {
    if (messages.isEmpty()) {
      return;
    }
    try {
      netfilter.transact(Netfilter.SUBSYSTEM_NFTABLES, messages);
    } catch (NetlinkException e) {
      int index = e.request() - 1;
      throw Refusal.because(
          index < 0 || index >= purposes.size()
              ? "cannot change nftables' tables"
              : purposes.get(index).get(),
          e);
    }
  }

  private void add(MessageWriter message, Supplier<String> purpose) {
    messages.add(message);
    purposes.add(purpose);
  }

  private void declare(NftOperation.Declaration declaration) {
    switch (declaration) {
      case NftOperation.Replace(TableDefinition table, boolean dormant) -> replace(table, dormant);
      case NftOperation.AddChain(var family, var table, var chain) -> {
        chain(family, table, chain);
        rules(family, table, chain);
      }
      case NftOperation.Drop(var family, var table) -> drop(family, table, "");
    }
  }

  /** To create what stands is no error and to delete what does not is one: so create, delete. */
  private void drop(NftTable.Family family, String name, String comment) {
    create(family, name, comment, 0);
    MessageWriter message = LinuxNftables.message(DELTABLE, family.number(), 0).attribute(1, name);
    add(message, () -> "cannot delete the table " + LinuxNftables.tableName(family, name));
  }

  private void create(NftTable.Family family, String name, String comment, int flags) {
    MessageWriter message =
        LinuxNftables.message(NEWTABLE, family.number(), MessageWriter.NLM_F_CREATE)
            .attribute(1, name)
            .attributeIntBigEndian(2, flags);
    if (!comment.isEmpty()) {
      message.attribute(6, NftElements.comment(comment));
    }
    add(message, () -> "cannot make the table " + LinuxNftables.tableName(family, name));
  }

  private void replace(TableDefinition table, boolean dormant) {
    NftTable.Family family = NftTable.Family.of(table.family());
    drop(family, table.name(), table.comment());
    create(family, table.name(), table.comment(), dormant ? DORMANT : 0);
    for (SetDefinition set : table.sets()) {
      set(family, table.name(), set);
    }
    for (ChainDefinition chain : table.chains()) {
      chain(family, table.name(), chain);
    }
    for (ChainDefinition chain : table.chains()) {
      rules(family, table.name(), chain);
    }
  }

  private void set(NftTable.Family family, String table, SetDefinition set) {
    List<NftDatatype> key = set.key().stream().map(NftTransaction::type).toList();
    int flags = set.interval() ? SET_INTERVAL : 0;
    if (set.size().isPresent()) {
      flags |= SET_TIMEOUT | SET_EVAL;
    }
    if (!(set.value() instanceof SetDefinition.Value.None)) {
      flags |= SET_MAP;
    }
    // Ranges are of one number: its parts are of no concern to the kernel.
    int keyType = set.interval() ? NftDatatype.number(List.of(NftDatatype.INTEGER)) : number(key);
    MessageWriter message =
        LinuxNftables.message(NEWSET, family.number(), MessageWriter.NLM_F_CREATE)
            .attribute(1, table)
            .attribute(2, set.name())
            .attributeIntBigEndian(3, flags)
            .attributeIntBigEndian(4, keyType)
            .attributeIntBigEndian(5, set.keyBytes());
    switch (set.value()) {
      case SetDefinition.Value.None _ -> {}
      case SetDefinition.Value.Verdict _ ->
          message.attributeIntBigEndian(6, DATA_VERDICT).attributeIntBigEndian(7, 0);
      case SetDefinition.Value.Parts(List<SetDefinition.Type> parts) ->
          message
              .attributeIntBigEndian(6, number(parts.stream().map(NftTransaction::type).toList()))
              .attributeIntBigEndian(7, set.valueBytes());
    }
    if (set.size().isPresent()) {
      int description = message.begin(9);
      message.attributeIntBigEndian(1, set.size().getAsInt()).end(description);
    }
    message.attributeIntBigEndian(10, ++sets).attribute(13, byteOrders(set));
    add(message, () -> "cannot make the set " + place(family, table, set.name()));
  }

  private static int number(List<NftDatatype> parts) {
    return NftDatatype.number(parts);
  }

  /** Without it, nft prints numbers that are alone in the wrong order. */
  private static byte[] byteOrders(SetDefinition set) {
    return new byte[] {
      UDATA_KEY_ORDER, 4, order(set.key()), 0, 0, 0,
      UDATA_VALUE_ORDER, 4, order(set.valueParts().orElse(List.of())), 0, 0, 0
    };
  }

  private static byte order(List<SetDefinition.Type> parts) {
    boolean isMark = parts.equals(List.of(SetDefinition.Type.MARK));
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    return (byte) (isMark && little ? 1 : 2);
  }

  private static NftDatatype type(SetDefinition.Type type) {
    return switch (type) {
      case IPV4_ADDR -> NftDatatype.IPV4_ADDR;
      case IPV6_ADDR -> NftDatatype.IPV6_ADDR;
      case INET_PROTO -> NftDatatype.INET_PROTO;
      case INET_SERVICE -> NftDatatype.INET_SERVICE;
      case MARK -> NftDatatype.MARK;
    };
  }

  private void chain(NftTable.Family family, String table, ChainDefinition chain) {
    MessageWriter message =
        LinuxNftables.message(NEWCHAIN, family.number(), MessageWriter.NLM_F_CREATE)
            .attribute(1, table)
            .attribute(3, chain.name());
    chain
        .hook()
        .ifPresent(
            hook -> {
              int start = message.begin(4);
              message
                  .attributeIntBigEndian(1, hook.place().number())
                  .attributeIntBigEndian(2, hook.priority())
                  .end(start)
                  .attributeIntBigEndian(5, 1) // NF_ACCEPT
                  .attribute(7, hook.kind() == ChainDefinition.Kind.NAT ? "nat" : "filter");
            });
    add(message, () -> "cannot make the chain " + place(family, table, chain.name()));
  }

  private void rules(NftTable.Family family, String table, ChainDefinition chain) {
    IpFamily addresses = family == NftTable.Family.IP6 ? IpFamily.V6 : IpFamily.V4;
    for (RuleDefinition rule : chain.rules()) {
      MessageWriter message =
          LinuxNftables.message(
                  NEWRULE, family.number(), MessageWriter.NLM_F_CREATE | MessageWriter.NLM_F_APPEND)
              .attribute(1, table)
              .attribute(2, chain.name());
      NftRules.write(message, 4, rule, addresses);
      if (!rule.comment().isEmpty()) {
        message.attribute(7, NftElements.comment(rule.comment()));
      }
      add(
          message,
          () -> "cannot add to the chain " + place(family, table, chain.name()) + " " + rule);
    }
  }

  private void elements(List<NftElementChange> changes) {
    if (changes.size() <= SINGLE) {
      for (NftElementChange change : changes) {
        add(NftElementMessages.write(change), () -> NftElementChanges.describe(change));
      }
    } else {
      for (List<NftElementChange> part : NftElementMessages.parts(List.copyOf(changes))) {
        String others = part.size() == 1 ? "" : ", or one of " + (part.size() - 1) + " with it";
        add(
            NftElementMessages.write(part),
            () -> NftElementChanges.describe(part.getFirst()) + others);
      }
    }
  }

  private static String place(NftTable.Family family, String table, String name) {
    return LinuxNftables.tableName(family, table) + ' ' + name;
  }
}
