package dev.weft.kernel.linux;

import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.List;

/** Speaks nfnetlink in one namespace (linux/netfilter/nfnetlink.h). */
record Netfilter(NamespaceHandle namespace) {
  static final int SUBSYSTEM_CONNTRACK = 1;
  static final int SUBSYSTEM_NFTABLES = 10;

  private static final int BATCH_BEGIN = 16;
  private static final int BATCH_END = 17;

  /** A message with its {@code struct nfgenmsg}. */
  static MessageWriter message(int subsystem, int type, int family, int flags) {
    return new MessageWriter(subsystem << 8 | type, flags).putByte(family).putByte(0).putShort(0);
  }

  /** The answers to one request, each behind its {@code struct nfgenmsg}. */
  List<Message> ask(MessageWriter request) throws NetlinkException {
    return behindHeader(namespace.netfilter().ask(request));
  }

  List<Message> dump(MessageWriter request) throws NetlinkException {
    return behindHeader(namespace.netfilter().dump(request));
  }

  void execute(MessageWriter request) throws NetlinkException {
    namespace.netfilter().execute(request);
  }

  /**
   * Sends messages as a batch, which the kernel does as a whole or not at all. The kernel reports
   * every failure by itself; that all went well it is asked to say by the last message.
   *
   * @throws NetlinkException whose {@link NetlinkException#request} is the index of the message
   *     that failed plus one: 0 is the batch itself
   */
  void transact(int subsystem, List<MessageWriter> messages) throws NetlinkException {
    List<MessageWriter> batch = new ArrayList<>(messages.size() + 2);
    batch.add(batch(BATCH_BEGIN, subsystem));
    batch.addAll(messages);
    messages.getLast().flags(MessageWriter.NLM_F_ACK);
    batch.add(batch(BATCH_END, subsystem));
    namespace.netfilter().transact(batch);
  }

  /**
   * Has messages of a batch tried, none of them done: what lacks its end the kernel gives up.
   *
   * @throws NetlinkException as {@link #transact} would
   */
  void rehearse(int subsystem, List<MessageWriter> messages) throws NetlinkException {
    List<MessageWriter> batch = new ArrayList<>(messages.size() + 1);
    batch.add(batch(BATCH_BEGIN, subsystem));
    batch.addAll(messages);
    messages.getLast().flags(MessageWriter.NLM_F_ACK);
    namespace.netfilter().transact(batch);
  }

  private static MessageWriter batch(int type, int subsystem) {
    return new MessageWriter(type, 0).putByte(0).putByte(0).putShortBigEndian(subsystem);
  }

  private static List<Message> behindHeader(List<Message> messages) throws NetlinkException {
    for (Message message : messages) {
      message.body().skip(4);
    }
    return messages;
  }
}
