package dev.weft.kernel.linux;

import dev.weft.kernel.Conntrack;
import dev.weft.kernel.Errno;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The connection tracking table over nfnetlink (linux/netfilter/nfnetlink_conntrack.h). */
final class LinuxConntrack implements Conntrack {
  private static final int GET = 1;
  private static final int DELETE = 2;

  private static final int TUPLE_ORIG = 1;
  private static final int TUPLE_REPLY = 2;
  private static final int MARK = 8;
  private static final int ID = 12;
  private static final int ZONE = 18;
  private static final int FILTER = 25;

  private static final int NESTED = 0x8000;

  private static final int TUPLE_IP = 1;
  private static final int TUPLE_PROTO = 2;
  private static final int IP_V4_SRC = 1;
  private static final int IP_V4_DST = 2;
  private static final int IP_V6_SRC = 3;
  private static final int IP_V6_DST = 4;
  private static final int PROTO_NUM = 1;
  private static final int PROTO_SRC_PORT = 2;
  private static final int PROTO_DST_PORT = 3;

  private static final int FILTER_ORIG_FLAGS = 1;
  private static final int FILTER_REPLY_FLAGS = 2;
  private static final int BY_SOURCE = 1;
  private static final int BY_DESTINATION = 1 << 1;
  private static final int BY_PROTOCOL = 1 << 3;
  private static final int BY_DESTINATION_PORT = 1 << 5;

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  private final Netfilter netfilter;

  LinuxConntrack(NamespaceHandle namespace) {
    this.netfilter = new Netfilter(namespace);
  }

  /** A flow with what names it to the kernel exactly: its own number and its tuple as it came. */
  private static final class Entry {
    private final Flow flow;
    private final int id;
    private final byte[] original;

    Entry(Flow flow, int id, byte[] original) {
      this.flow = flow;
      this.id = id;
      this.original = original;
    }
  }

  @Override
  public List<Flow> flows(IpFamily family) {
    List<Flow> flows = new ArrayList<>();
    for (Entry entry : entries(everything(family))) {
      flows.add(entry.flow);
    }
    return flows;
  }

  private static Filter everything(IpFamily family) {
    return new Filter(
        family,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public int delete(Filter filter, Predicate<Flow> condition) {
    int deleted = 0;
    for (Entry entry : entries(filter)) {
      if (filter.matches(entry.flow)
          && condition.test(entry.flow)
          && delete(filter.family(), entry)) {
        deleted++;
      }
    }
    return deleted;
  }

  /** Deletes one flow, and says whether it was still there. */
  private boolean delete(IpFamily family, Entry entry) {
    MessageWriter request =
        message(DELETE, family)
            .attribute(TUPLE_ORIG | NESTED, entry.original)
            .attributeIntBigEndian(ID, entry.id);
    if (entry.flow.zone() != 0) {
      request.attributeShortBigEndian(ZONE, entry.flow.zone());
    }
    try {
      netfilter.execute(request);
      return true;
    } catch (NetlinkException e) {
      if (Errno.of(e.errno()) == Errno.ENOENT) {
        return false;
      }
      throw Refusal.because("cannot delete the tracked flow " + entry.flow.original(), e);
    }
  }

  private List<Entry> entries(Filter filter) {
    List<Entry> entries = new ArrayList<>();
    try {
      for (Message message : netfilter.dump(request(filter))) {
        entry(message.body()).ifPresent(entries::add);
      }
    } catch (NetlinkException e) {
      throw Refusal.because("cannot read the connection tracking table", e);
    }
    return entries;
  }

  /** Kernels before 5.8 do not know the filter and send all; they are sifted here anyway. */
  private static MessageWriter request(Filter filter) {
    MessageWriter request = message(GET, filter.family());
    int flags = flags(filter);
    if (flags != 0) {
      int tuple = request.begin(TUPLE_ORIG);
      int ip = request.begin(TUPLE_IP);
      boolean v4 = filter.family() == IpFamily.V4;
      filter
          .originalSource()
          .ifPresent(a -> request.attribute(v4 ? IP_V4_SRC : IP_V6_SRC, a.toBytes()));
      filter
          .originalDestination()
          .ifPresent(a -> request.attribute(v4 ? IP_V4_DST : IP_V6_DST, a.toBytes()));
      request.end(ip);
      filter.protocol().ifPresent(protocol -> protocol(request, protocol, filter));
      request.end(tuple);
      int start = request.begin(FILTER);
      request.attributeInt(FILTER_ORIG_FLAGS, flags).attributeInt(FILTER_REPLY_FLAGS, 0).end(start);
    }
    return request;
  }

  private static void protocol(MessageWriter request, int protocol, Filter filter) {
    int start = request.begin(TUPLE_PROTO);
    request.attributeByte(PROTO_NUM, protocol);
    if (hasPorts(protocol)) {
      filter
          .originalDestinationPort()
          .ifPresent(port -> request.attributeShortBigEndian(PROTO_DST_PORT, port));
    }
    request.end(start);
  }

  private static int flags(Filter filter) {
    int flags = filter.originalSource().isPresent() ? BY_SOURCE : 0;
    flags |= filter.originalDestination().isPresent() ? BY_DESTINATION : 0;
    if (filter.protocol().isPresent()) {
      flags |= BY_PROTOCOL;
      boolean port = filter.originalDestinationPort().isPresent();
      flags |= port && hasPorts(filter.protocol().get()) ? BY_DESTINATION_PORT : 0;
    }
    return flags;
  }

  /** TCP, DCCP, SCTP, UDP, UDP-Lite. */
  private static boolean hasPorts(int protocol) {
    return protocol == 6 || protocol == 33 || protocol == 132 || protocol == 17 || protocol == 136;
  }

  private static Optional<Entry> entry(AttributeReader body) throws NetlinkException {
    @Nullable Tuple original = null;
    @Nullable Tuple reply = null;
    byte[] raw = new byte[0];
    int id = 0;
    int zone = 0;
    int mark = 0;
    while (body.next()) {
      switch (body.type()) {
        case TUPLE_ORIG -> {
          raw = body.asBytes();
          original = tuple(body.nested());
        }
        case TUPLE_REPLY -> reply = tuple(body.nested());
        case MARK -> mark = body.asIntBigEndian();
        case ID -> id = body.asIntBigEndian();
        case ZONE -> zone = body.asShortBigEndian();
        default -> {}
      }
    }
    return original == null || reply == null
        ? Optional.empty()
        : Optional.of(new Entry(new Flow(original, reply, zone, mark), id, raw));
  }

  private static @Nullable Tuple tuple(AttributeReader tuple) throws NetlinkException {
    @Nullable IpAddress source = null;
    @Nullable IpAddress destination = null;
    int protocol = 0;
    int sourcePort = 0;
    int destinationPort = 0;
    while (tuple.next()) {
      AttributeReader part = tuple.nested();
      boolean ip = tuple.type() == TUPLE_IP;
      while (part.next()) {
        if (ip) {
          switch (part.type()) {
            case IP_V4_SRC, IP_V6_SRC -> source = IpAddress.of(part.asBytes());
            case IP_V4_DST, IP_V6_DST -> destination = IpAddress.of(part.asBytes());
            default -> {}
          }
        } else if (tuple.type() == TUPLE_PROTO) {
          switch (part.type()) {
            case PROTO_NUM -> protocol = part.asByte();
            case PROTO_SRC_PORT -> sourcePort = part.asShortBigEndian();
            case PROTO_DST_PORT -> destinationPort = part.asShortBigEndian();
            default -> {}
          }
        }
      }
    }
    return source == null || destination == null
        ? null
        : new Tuple(source, destination, protocol, sourcePort, destinationPort);
  }

  private static MessageWriter message(int type, IpFamily family) {
    int number = family == IpFamily.V4 ? AF_INET : AF_INET6;
    return Netfilter.message(Netfilter.SUBSYSTEM_CONNTRACK, type, number, 0);
  }
}
