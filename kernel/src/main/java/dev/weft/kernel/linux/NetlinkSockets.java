package dev.weft.kernel.linux;

import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.kernel.netlink.NetlinkSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The sockets of one protocol in one namespace, each for one exchange at a time: as many as there
 * were exchanges at once, so that one for which the kernel waits, such as the deletion of a link,
 * keeps no other waiting.
 *
 * <p>None is closed before the namespace's handle is. To close a socket of nftables is dear: it
 * waits, like the deletion of a link, until the kernel has freed what was removed from any set.
 */
final class NetlinkSockets implements AutoCloseable {
  /** Opens one more. */
  interface Opener {
    NetlinkSocket open() throws NetlinkException;
  }

  /** What is said over a socket. */
  interface Exchange<T> {
    T over(NetlinkSocket socket) throws NetlinkException;
  }

  private final String namespace;
  private final Opener opener;

  /** The last one given back is the first to be lent: its memory is in the cache. */
  private final Deque<NetlinkSocket> idle = new ArrayDeque<>();

  private boolean closed;

  NetlinkSockets(String namespace, Opener opener) {
    this.namespace = namespace;
    this.opener = opener;
  }

  /** See {@link NetlinkSocket#execute}. */
  void execute(MessageWriter request) throws NetlinkException {
    exchange(
        socket -> {
          socket.execute(request);
          return socket;
        });
  }

  /** See {@link NetlinkSocket#ask}. */
  List<Message> ask(MessageWriter request) throws NetlinkException {
    return exchange(socket -> socket.ask(request));
  }

  /** See {@link NetlinkSocket#dump}. */
  List<Message> dump(MessageWriter request) throws NetlinkException {
    return exchange(socket -> socket.dump(request));
  }

  /** See {@link NetlinkSocket#transact}. */
  void transact(List<MessageWriter> requests) throws NetlinkException {
    exchange(
        socket -> {
          socket.transact(requests);
          return socket;
        });
  }

  /** See {@link NetlinkSocket#executeEach}. */
  List<NetlinkException> executeEach(List<MessageWriter> requests) throws NetlinkException {
    return exchange(socket -> socket.executeEach(requests));
  }

  /** Lends a socket for one exchange. */
  <T> T exchange(Exchange<T> exchange) throws NetlinkException {
    NetlinkSocket socket = borrow();
    try {
      return exchange.over(socket);
    } finally {
      giveBack(socket);
    }
  }

  private NetlinkSocket borrow() throws NetlinkException {
    synchronized (idle) {
      if (closed) {
        throw new IllegalStateException("network namespace " + namespace + " is closed");
      }
      NetlinkSocket socket = idle.pollFirst();
      if (socket != null) {
        return socket;
      }
    }
    return opener.open();
  }

  private void giveBack(NetlinkSocket socket) {
    synchronized (idle) {
      if (!closed) {
        idle.addFirst(socket);
        return;
      }
    }
    socket.close();
  }

  /** Closes the idle ones; those in use are closed at the end of their exchange. */
  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      idle.forEach(NetlinkSocket::close);
      idle.clear();
    }
  }
}
