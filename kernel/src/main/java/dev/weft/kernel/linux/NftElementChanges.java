package dev.weft.kernel.linux;

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
    List<MessageWriter> messages =
        changes.stream().map(change -> NftElementMessages.write(change)).toList();
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

  static String describe(NftElementChange change) {
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
