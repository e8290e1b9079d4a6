package dev.weft.kernel.netlink;

import dev.weft.kernel.libc.Libc;
import dev.weft.kernel.libc.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A netlink socket that speaks with the kernel of one network namespace: requests, dumps and
 * transactions. Each is one exchange, which has the socket for itself.
 *
 * <p>The kernel answers rtnetlink and nfnetlink while it takes the request, so no exchange waits
 * longer than the kernel works.
 */
public final class NetlinkSocket implements AutoCloseable {
  /** Links, addresses, routes, neighbours. */
  public static final int NETLINK_ROUTE = 0;

  /** nftables, connection tracking and the rest of netfilter. */
  public static final int NETLINK_NETFILTER = 12;

  private static final int AF_NETLINK = 16;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_CAP_ACK = 10;
  private static final int NETLINK_EXT_ACK = 11;
  private static final int NETLINK_GET_STRICT_CHK = 12;

  private static final int EAGAIN = 11;
  private static final int EMSGSIZE = 90;

  /** The most that the kernel puts into one part of a dump. */
  private static final int BUFFER = 32 * 1024;

  /** No longer kept than it is needed. */
  private static final int LARGE = 1 << 20;

  private static final int TIMEOUT_SECONDS = 10;
  private static final int ATTEMPTS = 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final int descriptor;
  private NativeMemory buffer;
  private int sequence;
  private boolean closed;

  private NetlinkSocket(int descriptor) {
    this.descriptor = descriptor;
    this.buffer = NativeMemory.allocate(BUFFER);
  }

  /**
   * Opens a socket in the network namespace of the calling thread.
   *
   * @param protocol of {@code NETLINK_*}
   */
  public static NetlinkSocket open(int protocol) throws NetlinkException {
    int descriptor = Libc.socket(AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol);
    if (descriptor < 0) {
      throw new NetlinkException(-descriptor, "cannot open a netlink socket");
    }
    byte[] timeout = new byte[16];
    ByteLayout.putLong(timeout, 0, TIMEOUT_SECONDS);
    Libc.setsockopt(descriptor, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, timeout);
    // Kernels that lack one of these give shorter error messages, nothing else.
    Libc.setsockopt(descriptor, SOL_NETLINK, NETLINK_CAP_ACK, integer(1));
    Libc.setsockopt(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, integer(1));
    Libc.setsockopt(descriptor, SOL_NETLINK, NETLINK_GET_STRICT_CHK, integer(1));
    // A connected socket takes messages from the kernel only, and from no other process.
    byte[] kernel = new byte[12];
    ByteLayout.putShort(kernel, 0, AF_NETLINK);
    int connected = Libc.connect(descriptor, kernel);
    if (connected < 0) {
      Libc.close(descriptor);
      throw new NetlinkException(-connected, "cannot connect a netlink socket to the kernel");
    }
    return new NetlinkSocket(descriptor);
  }

  /** Has the kernel do something. */
  public void execute(MessageWriter request) throws NetlinkException {
    exchange(request, MessageWriter.NLM_F_ACK, 1);
  }

  /** Asks for one thing, which the kernel tells in one message. */
  public List<Message> ask(MessageWriter request) throws NetlinkException {
    return exchange(request, 0, ATTEMPTS);
  }

  /** Asks for all things of a kind: a snapshot, taken again if they changed meanwhile. */
  public List<Message> dump(MessageWriter request) throws NetlinkException {
    return exchange(request, MessageWriter.NLM_F_DUMP, ATTEMPTS);
  }

  /**
   * Sends messages in one datagram, as nfnetlink wants its batches. Whether all are done or none if
   * one fails is the family's to say.
   *
   * @param requests at least one of them with {@link MessageWriter#NLM_F_ACK}; failures are told of
   *     the others too
   * @throws NetlinkException for the first that failed; {@link NetlinkException#request} tells it
   */
  public void transact(List<MessageWriter> requests) throws NetlinkException {
    Outcome outcome = outcome(requests);
    if (!outcome.failures.isEmpty()) {
      throw outcome.failures.firstEntry().getValue();
    }
    if (!outcome.isSettled()) {
      throw outcome.unsettled();
    }
  }

  /**
   * Has the kernel do several things one after the other, whatever becomes of those before, as
   * rtnetlink does with the messages of one datagram.
   *
   * @param requests as for {@link #transact}
   * @return the failures, in the order of the requests; {@link NetlinkException#request} tells
   *     which failed
   * @throws NetlinkException if it is not known of each request what became of it
   */
  public List<NetlinkException> executeEach(List<MessageWriter> requests) throws NetlinkException {
    Outcome outcome = outcome(requests);
    if (outcome.lost || !outcome.isSettled()) {
      throw outcome.unsettled();
    }
    return List.copyOf(outcome.failures.values());
  }

  private Outcome outcome(List<MessageWriter> requests) throws NetlinkException {
    int awaited = 0;
    for (MessageWriter request : requests) {
      awaited += (request.flags() & MessageWriter.NLM_F_ACK) == 0 ? 0 : 1;
    }
    if (awaited == 0) {
      throw new IllegalArgumentException("no message of the transaction asks for an answer");
    }
    lock.lock();
    try {
      int first = send(requests, 0);
      Outcome outcome = new Outcome(requests, first, awaited);
      int length = 0;
      while (length >= 0 || length == -NetlinkException.ENOBUFS) {
        // All answers are there when sending returns; one is waited for only to be sure of it.
        length = receive(outcome.lost || outcome.isSettled() ? Libc.MSG_DONTWAIT : 0);
        // Thousands of failures do not fit into the socket. It keeps the first, and those count.
        outcome.lost |= length == -NetlinkException.ENOBUFS;
        if (length >= 0) {
          outcome.take(buffer.get(Math.min(length, buffer.size())));
        }
      }
      outcome.errno = -length;
      return outcome;
    } finally {
      if (buffer.size() > LARGE) {
        resize(BUFFER); // as whole tables need it, once
      }
      lock.unlock();
    }
  }

  private List<Message> exchange(MessageWriter request, int flags, int attempts)
      throws NetlinkException {
    lock.lock();
    try {
      for (int attempt = 0; attempt < attempts; attempt++) {
        int sent = send(List.of(request), flags);
        List<Message> answer = answer(request, sent, flags == 0);
        if (answer != null) {
          return answer;
        }
      }
    } finally {
      lock.unlock();
    }
    throw attempts > 1
        ? new NetlinkException(NetlinkException.EBUSY, "it kept changing while it was read")
        : lostAnswer();
  }

  private static NetlinkException lostAnswer() {
    return new NetlinkException(NetlinkException.ENOBUFS, "the kernel's answer was lost");
  }

  /**
   * The answer to a request, or null if it is not whole and must be asked for again.
   *
   * @param single whether it ends with its first message, not with an acknowledgement of its own
   */
  private @Nullable List<Message> answer(MessageWriter request, int sent, boolean single)
      throws NetlinkException {
    List<Message> messages = new ArrayList<>();
    boolean whole = true;
    while (true) {
      int length = receive(whole ? 0 : Libc.MSG_DONTWAIT);
      if (length == -EAGAIN && !whole) {
        return null;
      }
      if (length == -NetlinkException.ENOBUFS) {
        whole = false;
        continue;
      }
      if (length < 0) {
        throw unanswered(-length);
      }
      if (length > buffer.size()) {
        resize(length);
        whole = false;
        continue;
      }
      byte[] datagram = buffer.get(length);
      int offset = 0;
      while (offset < length) {
        Message message = Message.at(datagram, offset);
        offset = message.next();
        if (message.sequence() != sent) {
          continue; // an answer to an exchange that was given up
        }
        whole &= !message.isInterrupted();
        switch (message.type()) {
          case Message.NLMSG_NOOP, Message.NLMSG_OVERRUN -> {}
          case Message.NLMSG_ERROR, Message.NLMSG_DONE -> {
            int errno = Acknowledgement.errno(message);
            if (errno != 0) {
              throw new NetlinkException(errno, Acknowledgement.detail(message, request));
            }
            return whole ? messages : null;
          }
          default -> messages.add(message);
        }
      }
      if (single && !messages.isEmpty()) {
        return whole ? messages : null;
      }
    }
  }

  /** Collects the answers to several requests. */
  private static final class Outcome {
    private final List<MessageWriter> requests;
    private final int first;
    private final TreeMap<Integer, NetlinkException> failures = new TreeMap<>();
    private int awaited;

    /** Whether there were more answers than the socket could hold. */
    private boolean lost;

    /** What ended the wait for answers. */
    private int errno;

    Outcome(List<MessageWriter> requests, int first, int awaited) {
      this.requests = requests;
      this.first = first;
      this.awaited = awaited;
    }

    boolean isSettled() {
      return awaited <= 0 || !failures.isEmpty();
    }

    NetlinkException unsettled() {
      return lost ? lostAnswer() : unanswered(errno);
    }

    void take(byte[] datagram) throws NetlinkException {
      int offset = 0;
      while (offset < datagram.length) {
        Message message = Message.at(datagram, offset);
        offset = message.next();
        int index = message.sequence() - first;
        if (message.type() != Message.NLMSG_ERROR || index < 0 || index >= requests.size()) {
          continue;
        }
        int errno = Acknowledgement.errno(message);
        if (errno == 0) {
          awaited--;
        } else {
          String detail = Acknowledgement.detail(message, requests.get(index));
          failures.put(index, new NetlinkException(errno, index, detail));
        }
      }
    }
  }

  /** Sends requests in one datagram and returns the first one's sequence number. */
  private int send(List<MessageWriter> requests, int flags) throws NetlinkException {
    if (closed) {
      throw new IllegalStateException("this netlink socket is closed");
    }
    int length = 0;
    for (MessageWriter request : requests) {
      length += (request.length() + 3) & ~3;
    }
    if (length > buffer.size()) {
      resize(length);
    }
    int first = sequence + 1;
    int at = 0;
    for (MessageWriter request : requests) {
      byte[] bytes = request.seal(MessageWriter.NLM_F_REQUEST | flags, ++sequence);
      buffer.put(at, bytes, request.length());
      at += (request.length() + 3) & ~3;
    }
    int sent = Libc.send(descriptor, buffer, length);
    if (sent == -EMSGSIZE) {
      Libc.setsockopt(descriptor, Libc.SOL_SOCKET, Libc.SO_SNDBUFFORCE, integer(length));
      sent = Libc.send(descriptor, buffer, length);
    }
    if (sent < 0) {
      throw new NetlinkException(-sent, "the request of " + length + " bytes could not be sent");
    }
    return first;
  }

  private int receive(int flags) {
    return Libc.receive(descriptor, buffer, Libc.MSG_TRUNC | flags);
  }

  private void resize(int size) {
    buffer.close();
    buffer = NativeMemory.allocate(size);
  }

  private static NetlinkException unanswered(int errno) {
    return errno == EAGAIN
        ? new NetlinkException(
            NetlinkException.ETIMEDOUT, "no answer came within " + TIMEOUT_SECONDS + " seconds")
        : new NetlinkException(errno, "the answer could not be received");
  }

  private static byte[] integer(int value) {
    byte[] bytes = new byte[4];
    ByteLayout.putInt(bytes, 0, value);
    return bytes;
  }

  /** Closes the socket; an exchange under way is waited for. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        Libc.close(descriptor);
        buffer.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
