package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinkAttributes.IFLA_GROUP;
import static dev.weft.kernel.linux.Rtnetlink.RTM_DELLINK;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.RoamingThread;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Deletes links, several as a group. Each deletion ends with a wait of 16 ms for the kernel's own
 * readers (rcu_barrier in netdev_run_todo), whether of one link or of a hundred.
 */
final class LinkDeletion {
  /**
   * How many links are deleted at once. No other link can be changed for 0.2 ms per link; more at
   * once would save little.
   */
  static final int LINKS = 100;

  /** Cannot be deleted, nor can any group that it is in; has this index in each namespace. */
  private static final int LOOPBACK = 1;

  private final NamespaceHandle namespace;
  private final LinuxLinks links;
  private final LinkUnlisting unlisting;

  LinkDeletion(NamespaceHandle namespace, LinuxLinks links) {
    this.namespace = namespace;
    this.links = links;
    this.unlisting = new LinkUnlisting(this, links);
  }

  /**
   * Deletes one link. A thread that has somebody at home leaves it to them to wait for the kernel
   * to free its memory. In a process that ends with the call nothing would be won by that: it ends
   * only when all its threads have.
   */
  void delete(int index) {
    if (index <= 0) {
      // To the kernel it would mean no link in particular.
      throw new KernelException(Errno.ENODEV, "no link has the index " + index);
    }
    if (Thread.currentThread() instanceof RoamingThread thread && thread.home().isPresent()) {
      unlisting.delete(index, thread.home().get());
    } else {
      deleteOne(index);
    }
  }

  /** Deletes links; those that do not exist are none to delete. */
  void deleteAll(Collection<Integer> indexes) {
    Set<Integer> distinct = new LinkedHashSet<>(indexes);
    distinct.removeIf(index -> index <= 0);
    List<Integer> all = List.copyOf(distinct);
    List<KernelException> failures = new ArrayList<>();
    for (int from = 0; from < all.size(); from += LINKS) {
      deletePart(all.subList(from, Math.min(from + LINKS, all.size())))
          .forEach((index, failure) -> addUnlessGone(failure, failures));
    }
    if (!failures.isEmpty()) {
      KernelException first = failures.getFirst();
      failures.subList(1, failures.size()).forEach(first::addSuppressed);
      throw first;
    }
  }

  private static void addUnlessGone(KernelException failure, List<KernelException> failures) {
    if (failure.errno() != Errno.ENODEV) {
      failures.add(failure);
    }
  }

  /**
   * Deletes no more links than {@link #LINKS}, in one operation as far as the kernel allows.
   *
   * @return why those that could not be deleted could not
   */
  Map<Integer, KernelException> deletePart(List<Integer> indexes) {
    Set<Integer> left = new LinkedHashSet<>(indexes);
    if (indexes.size() > 1) {
      left.removeAll(deleteGroup(indexes));
    }
    Map<Integer, KernelException> failures = new HashMap<>();
    for (int index : left) {
      try {
        deleteOne(index);
      } catch (KernelException e) {
        failures.put(index, e);
      }
    }
    return failures;
  }

  private void deleteOne(int index) {
    try {
      namespace.route().execute(LinkMessages.about(RTM_DELLINK, 0, index));
    } catch (NetlinkException e) {
      throw Refusal.because("cannot delete " + links.describe(index), e);
    }
  }

  /** Moves links into the doomed group and deletes that, all in one datagram; those now gone. */
  private Set<Integer> deleteGroup(List<Integer> indexes) {
    List<Integer> moved = new ArrayList<>(new LinkedHashSet<>(indexes));
    moved.removeIf(index -> index == LOOPBACK);
    List<MessageWriter> messages = new ArrayList<>(moved.size() + 1);
    for (int index : moved) {
      messages.addAll(LinkChangeMessages.of(index, new LinkChange.Group(Link.DOOMED_GROUP)));
    }
    messages.add(
        LinkMessages.about(RTM_DELLINK, MessageWriter.NLM_F_ACK, 0)
            .attributeInt(IFLA_GROUP, Link.DOOMED_GROUP));
    return deleted(moved, messages);
  }

  /** Which of the links that these messages are about were there and are no more. */
  private Set<Integer> deleted(List<Integer> moved, List<MessageWriter> messages) {
    Set<Integer> deleted = new LinkedHashSet<>(moved);
    try {
      for (NetlinkException failure : namespace.route().executeEach(messages)) {
        if (failure.request() < moved.size()) {
          deleted.remove(moved.get(failure.request()));
        } else if (failure.errno() != Errno.ENODEV.number()) {
          // One of the group cannot be deleted, and so none of it was.
          deleted.removeIf(this::isSpared);
        }
        // Else somebody else has found them in the group and deleted it.
      }
    } catch (NetlinkException e) {
      deleted.clear();
    }
    return deleted;
  }

  /** Takes a link out of the doomed group; false if it is gone. */
  private boolean isSpared(int index) {
    try {
      links.change(index, new LinkChange.Group(0));
      return true;
    } catch (KernelException e) {
      return e.errno() != Errno.ENODEV;
    }
  }
}
