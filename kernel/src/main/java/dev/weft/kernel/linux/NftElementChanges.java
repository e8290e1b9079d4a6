package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinuxNftables.ELEMENTS;
import static dev.weft.kernel.linux.LinuxNftables.ELEMENTS_SET;
import static dev.weft.kernel.linux.LinuxNftables.ELEMENTS_TABLE;

import dev.weft.kernel.Combiner;
import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Changes elements of sets, several callers' of one moment in one transaction: the kernel makes one
 * after the other, and with each it copies every set of ranges that is changed.
 */
final class NftElementChanges implements Combiner.Operation<List<NftElementChange>> {
  // linux/netfilter/nf_tables.h
  private static final int NEWSETELEM = 12;
  private static final int DELSETELEM = 14;

  private final Netfilter netfilter;
  private final Combiner<List<NftElementChange>> combiner = new Combiner<>(1, this);

  NftElementChanges(Netfilter netfilter) {
    this.netfilter = netfilter;
  }

  void apply(List<NftElementChange> changes) {
    if (!changes.isEmpty()) {
      combiner.perform(changes);
    }
  }

  @Override
  public void alone(List<NftElementChange> changes) {
    List<MessageWriter> messages = new ArrayList<>(changes.size());
    for (int i = 0; i < changes.size(); i++) {
      messages.add(write(changes.get(i), i == changes.size() - 1));
    }
    try {
      netfilter.transact(Netfilter.SUBSYSTEM_NFTABLES, messages);
    } catch (NetlinkException e) {
      int index = e.request() - 1;
      throw Refusal.because(
          index < 0 || index >= changes.size()
              ? "cannot change elements of nftables sets"
              : describe(changes.get(index)),
          e);
    }
  }

  /** All or none: if one of them fails, the kernel has changed nothing. */
  @Override
  public BitSet together(List<List<NftElementChange>> requests) {
    List<NftElementChange> all = new ArrayList<>();
    requests.forEach(all::addAll);
    alone(all);
    return new BitSet();
  }

  private static MessageWriter write(NftElementChange change, boolean last) {
    boolean removal = change instanceof NftElementChange.Remove;
    int flags = removal ? 0 : MessageWriter.NLM_F_CREATE;
    if (change instanceof NftElementChange.Create) {
      flags |= MessageWriter.NLM_F_EXCL;
    }
    MessageWriter message =
        LinuxNftables.message(
                removal ? DELSETELEM : NEWSETELEM,
                change.family().number(),
                last ? flags | MessageWriter.NLM_F_ACK : flags)
            .attribute(ELEMENTS_TABLE, change.table())
            .attribute(ELEMENTS_SET, change.set());
    NftElements.write(message, ELEMENTS, change.element(), removal);
    return message;
  }

  private static String describe(NftElementChange change) {
    String verb =
        switch (change) {
          case NftElementChange.Create _ -> "create ";
          case NftElementChange.Add _ -> "add ";
          case NftElementChange.Remove _ -> "remove ";
        };
    return "cannot "
        + verb
        + change.element().key()
        + " in the set "
        + LinuxNftables.tableName(change.family(), change.table())
        + ' '
        + change.set();
  }
}
