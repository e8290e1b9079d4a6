package dev.weft.kernel.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.kernel.netlink.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets which socket; speaks with the kernel without any privilege. */
class NetlinkSocketsTest {
  private final List<NetlinkSocket> opened = new ArrayList<>();
  private final NetlinkSockets sockets = new NetlinkSockets("here", this::open);

  private NetlinkSocket open() throws NetlinkException {
    NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE);
    opened.add(socket);
    return socket;
  }

  @AfterEach
  void close() {
    sockets.close();
    opened.forEach(NetlinkSocket::close);
  }

  private static MessageWriter loopback() {
    return LinkMessages.about(Rtnetlink.RTM_GETLINK, 0, 1);
  }

  @Test
  void oneSocketServesExchangesOneAfterTheOther() throws NetlinkException {
    for (int i = 0; i < 3; i++) {
      assertEquals(1, sockets.ask(loopback()).size());
    }
    assertEquals(1, opened.size());
  }

  @Test
  void anExchangeUnderWayKeepsNoOtherWaiting() throws NetlinkException {
    for (int i = 0; i < 3; i++) {
      List<Message> answer =
          sockets.exchange(
              outer -> {
                assertEquals(1, sockets.ask(loopback()).size());
                return outer.ask(loopback());
              });
      assertEquals(1, answer.size());
    }
    assertEquals(2, opened.size(), "as many as there were exchanges at once");
  }

  @Test
  void aSocketWhoseExchangeFailedIsLentAgain() throws NetlinkException {
    MessageWriter nowhere = LinkMessages.about(Rtnetlink.RTM_GETLINK, 0, Integer.MAX_VALUE);
    assertThrows(NetlinkException.class, () -> sockets.ask(nowhere));
    assertEquals(1, sockets.ask(loopback()).size());
    assertEquals(1, opened.size());
  }

  @Test
  void whatIsUnderWayWhenAllIsClosedEndsWell() throws NetlinkException {
    sockets.exchange(
        outer -> {
          sockets.ask(loopback());
          sockets.close();
          return outer.ask(loopback());
        });
    assertEquals(2, opened.size());
    for (NetlinkSocket socket : opened) {
      assertThrows(IllegalStateException.class, () -> socket.ask(loopback()), "it is closed");
    }
    assertThrows(IllegalStateException.class, () -> sockets.ask(loopback()));
  }

  @Test
  void aRefusalToOpenIsTold() {
    NetlinkSockets none = new NetlinkSockets("here", () -> NetlinkSocket.open(31));
    NetlinkException refusal = assertThrows(NetlinkException.class, () -> none.execute(loopback()));
    assertEquals(93, refusal.errno(), "EPROTONOSUPPORT");
  }
}
