package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.Rtnetlink.AF_BRIDGE;
import static dev.weft.kernel.linux.Rtnetlink.AF_UNSPEC;
import static dev.weft.kernel.linux.Rtnetlink.RTM_DELNEIGH;
import static dev.weft.kernel.linux.Rtnetlink.RTM_GETNEIGH;
import static dev.weft.kernel.linux.Rtnetlink.RTM_NEWNEIGH;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_APPEND;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_CREATE;
import static dev.weft.kernel.netlink.MessageWriter.NLM_F_REPLACE;

import dev.weft.kernel.Errno;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The neighbour tables and forwarding databases of one namespace (linux/neighbour.h). */
final class LinuxNeighbours {
  private static final int NDA_DST = 1;
  private static final int NDA_LLADDR = 2;

  private static final int NTF_SELF = 0x02;
  private static final int NTF_MASTER = 0x04;

  private static final int NUD_REACHABLE = 0x02;
  private static final int NUD_NOARP = 0x40;
  private static final int NUD_PERMANENT = 0x80;

  /** The bytes of struct ndmsg. */
  private static final int HEADER = 12;

  private final NamespaceHandle namespace;
  private final LinuxLinks links;

  LinuxNeighbours(NamespaceHandle namespace, LinuxLinks links) {
    this.namespace = namespace;
    this.links = links;
  }

  List<Neighbour> all() {
    List<Neighbour> neighbours = new ArrayList<>();
    try {
      dump(AF_UNSPEC, neighbours);
      dump(AF_BRIDGE, neighbours);
    } catch (NetlinkException e) {
      throw Refusal.because("cannot list the neighbours in " + namespace, e);
    }
    return neighbours;
  }

  private void dump(int family, List<Neighbour> neighbours) throws NetlinkException {
    MessageWriter request = header(new MessageWriter(RTM_GETNEIGH, 0), family, 0, 0, 0);
    for (Message message : namespace.route().dump(request)) {
      Neighbour neighbour = read(message.body());
      if (neighbour != null) {
        neighbours.add(neighbour);
      }
    }
  }

  void replace(Neighbour neighbour) {
    MessageWriter request =
        switch (neighbour) {
          case Neighbour.Resolved resolved -> {
            int state = resolved.permanent() ? NUD_PERMANENT : NUD_REACHABLE;
            yield about(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, resolved, state);
          }
          case Neighbour.Forwarding entry -> {
            // The many ends behind the MAC that stands for all others are added one by one.
            int flags = entry.mac().isUnicast() ? NLM_F_REPLACE : NLM_F_APPEND;
            yield about(RTM_NEWNEIGH, NLM_F_CREATE | flags, entry, state(entry));
          }
        };
    try {
      namespace.route().execute(request);
    } catch (NetlinkException e) {
      throw Refusal.because("cannot set " + describe(neighbour), e);
    }
  }

  boolean remove(Neighbour neighbour) {
    MessageWriter request =
        neighbour instanceof Neighbour.Resolved resolved
            ? about(RTM_DELNEIGH, 0, resolved, 0)
            : about(RTM_DELNEIGH, 0, (Neighbour.Forwarding) neighbour, 0);
    try {
      namespace.route().execute(request);
      return true;
    } catch (NetlinkException e) {
      if (e.errno() == Errno.ENOENT.number()) {
        return false;
      }
      throw Refusal.because("cannot remove " + describe(neighbour), e);
    }
  }

  /**
   * In a bridge NUD_PERMANENT would make the MAC the bridge's own; what stays there is NUD_NOARP.
   */
  private static int state(Neighbour.Forwarding entry) {
    if (!entry.permanent()) {
      return NUD_REACHABLE;
    }
    return entry.self() ? NUD_PERMANENT : NUD_NOARP;
  }

  private static MessageWriter about(int type, int flags, Neighbour.Resolved entry, int state) {
    int family = Rtnetlink.number(entry.address().family());
    MessageWriter message =
        header(new MessageWriter(type, flags), family, entry.linkIndex(), state, 0);
    message.attribute(NDA_DST, entry.address().toBytes());
    if (type == RTM_NEWNEIGH && entry.mac().isPresent()) {
      message.attribute(NDA_LLADDR, entry.mac().get().toBytes());
    }
    return message;
  }

  private static MessageWriter about(int type, int flags, Neighbour.Forwarding entry, int state) {
    MessageWriter message =
        header(
            new MessageWriter(type, flags),
            AF_BRIDGE,
            entry.linkIndex(),
            state,
            entry.self() ? NTF_SELF : NTF_MASTER);
    message.attribute(NDA_LLADDR, entry.mac().toBytes());
    if (entry.destination().isPresent()) {
      message.attribute(NDA_DST, entry.destination().get().toBytes());
    }
    return message;
  }

  /** Writes struct ndmsg. */
  private static MessageWriter header(
      MessageWriter message, int family, int index, int state, int flags) {
    return message
        .putByte(family)
        .putByte(0)
        .putShort(0)
        .putInt(index)
        .putShort(state)
        .putByte(flags)
        .putByte(0);
  }

  /** The entry that a message describes, or null if it is none that somebody set or learned. */
  static @Nullable Neighbour read(AttributeReader body) throws NetlinkException {
    int family = body.getByte(0);
    int index = body.getInt(4);
    int state = body.getShort(8);
    boolean self = (body.getByte(10) & NTF_SELF) != 0;
    body.skip(HEADER);
    IpAddress address = null;
    MacAddress mac = null;
    while (body.next()) {
      switch (body.type()) {
        case NDA_DST ->
            address =
                family == AF_BRIDGE
                    ? IpAddress.of(body.asBytes(body.length() == 4 ? 4 : 16))
                    : Rtnetlink.address(family, body);
        case NDA_LLADDR -> mac = body.length() == 6 ? MacAddress.of(body.asBytes()) : null;
        default -> {}
      }
    }
    if (family == AF_BRIDGE) {
      boolean permanent = (state & (NUD_PERMANENT | NUD_NOARP)) != 0;
      return mac == null
          ? null
          : new Neighbour.Forwarding(index, mac, Optional.ofNullable(address), self, permanent);
    }
    // NUD_NOARP marks what needs no neighbour: multicast, loopback.
    return address == null || (state & NUD_NOARP) != 0
        ? null
        : new Neighbour.Resolved(
            index, address, Optional.ofNullable(mac), (state & NUD_PERMANENT) != 0);
  }

  private String describe(Neighbour neighbour) {
    String what =
        neighbour instanceof Neighbour.Resolved resolved
            ? "neighbour " + resolved.address()
            : describe((Neighbour.Forwarding) neighbour);
    return what + " on " + links.describe(neighbour.linkIndex());
  }

  private static String describe(Neighbour.Forwarding entry) {
    return "forwarding entry "
        + entry.mac()
        + (entry.destination().isPresent() ? " to " + entry.destination().get() : "");
  }
}
