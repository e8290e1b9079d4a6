package dev.weft.kernel.linux;

import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.netlink.MessageWriter;
import java.util.ArrayList;
import java.util.List;

/** Changes of elements as messages. */
final class NftElementMessages {
  // linux/netfilter/nf_tables.h
  private static final int NEWSETELEM = 12;
  private static final int DELSETELEM = 14;

  /** How many share one: a list of so many of the longest is shorter than 65,535 bytes. */
  private static final int SHARE = 200;

  private NftElementMessages() {}

  /** A message for one change. */
  static MessageWriter write(NftElementChange change) {
    return write(List.of(change));
  }

  /** Parts of a list that can share a message: of one kind and set, and not too many. */
  static List<List<NftElementChange>> parts(List<NftElementChange> changes) {
    List<List<NftElementChange>> parts = new ArrayList<>();
    int from = 0;
    while (from < changes.size()) {
      NftElementChange first = changes.get(from);
      int to = from + 1;
      while (to < changes.size() && to - from < SHARE && isAlike(first, changes.get(to))) {
        to++;
      }
      parts.add(changes.subList(from, to));
      from = to;
    }
    return parts;
  }

  /** A message for changes that are alike. */
  static MessageWriter write(List<NftElementChange> part) {
    NftElementChange first = part.getFirst();
    boolean removal = first instanceof NftElementChange.Remove;
    int flags = removal ? 0 : MessageWriter.NLM_F_CREATE;
    if (first instanceof NftElementChange.Create) {
      flags |= MessageWriter.NLM_F_EXCL;
    }
    MessageWriter message =
        LinuxNftables.message(removal ? DELSETELEM : NEWSETELEM, first.family().number(), flags)
            .attribute(LinuxNftables.ELEMENTS_TABLE, first.table())
            .attribute(LinuxNftables.ELEMENTS_SET, first.set());
    int list = message.begin(LinuxNftables.ELEMENTS);
    for (NftElementChange change : part) {
      NftElements.write(message, change.element(), removal);
    }
    return message.end(list);
  }

  private static boolean isAlike(NftElementChange a, NftElementChange b) {
    return a.getClass() == b.getClass()
        && a.family() == b.family()
        && a.set().equals(b.set())
        && a.table().equals(b.table());
  }
}
