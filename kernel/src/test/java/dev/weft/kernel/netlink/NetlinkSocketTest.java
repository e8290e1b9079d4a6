package dev.weft.kernel.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Exchanges with the kernel that need no privilege: what is read, and how it refuses. */
class NetlinkSocketTest {
  private static final int RTM_NEWLINK = 16;
  private static final int RTM_DELLINK = 17;
  private static final int RTM_GETLINK = 18;
  private static final int RTM_GETROUTE = 26;
  private static final int IFLA_IFNAME = 3;
  private static final int EPERM = 1;
  private static final int ENODEV = 19;

  private final NetlinkSocket socket = open();

  private static NetlinkSocket open() {
    try {
      return NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE);
    } catch (NetlinkException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() {
    socket.close();
  }

  private static MessageWriter linkRequest(int type, int index) {
    return linkRequest(type, index, 0);
  }

  private static MessageWriter linkRequest(int type, int index, int flags) {
    return new MessageWriter(type, flags).putInt(0).putInt(index).putInt(0).putInt(0);
  }

  private static String name(Message link) throws NetlinkException {
    AttributeReader body = link.body().skip(16);
    while (body.next()) {
      if (body.type() == IFLA_IFNAME) {
        return body.asString();
      }
    }
    throw new AssertionError("no IFLA_IFNAME");
  }

  @Test
  void asksForOneThing() throws NetlinkException {
    List<Message> links = socket.ask(linkRequest(RTM_GETLINK, 1));
    assertEquals(1, links.size());
    assertEquals(RTM_NEWLINK, links.getFirst().type());
    assertEquals("lo", name(links.getFirst()));
  }

  @Test
  void dumpsAllThings() throws NetlinkException {
    List<Message> links = socket.dump(linkRequest(RTM_GETLINK, 0));
    assertEquals("lo", name(links.getFirst()));
  }

  @Test
  void saysWhichErrorTheKernelAnsweredWith() {
    NetlinkException e =
        assertThrows(
            NetlinkException.class, () -> socket.ask(linkRequest(RTM_GETLINK, Integer.MAX_VALUE)));
    assertEquals(ENODEV, e.errno());
  }

  @Test
  void repeatsTheKernelsOwnWords() {
    // rtm_dst_len is wrong for this family.
    MessageWriter request =
        new MessageWriter(RTM_GETROUTE, 0).putByte(2).putByte(77).putShort(0).putInt(0).putInt(0);
    NetlinkException e = assertThrows(NetlinkException.class, () -> socket.ask(request));
    assertEquals(22, e.errno());
    assertTrue(e.detail().contains("Invalid"), e.detail());
  }

  @Test
  void namesTheRequestOfATransactionThatFailed() throws NetlinkException {
    List<MessageWriter> requests =
        List.of(
            linkRequest(RTM_GETLINK, 1, MessageWriter.NLM_F_ACK),
            linkRequest(RTM_DELLINK, Integer.MAX_VALUE),
            linkRequest(RTM_GETLINK, 1));
    NetlinkException e = assertThrows(NetlinkException.class, () -> socket.transact(requests));
    assertEquals(1, e.request());
    assertEquals(1, socket.ask(linkRequest(RTM_GETLINK, 1)).size(), "nothing is left over");
  }

  @Test
  void namesTheFirstOfMoreFailuresThanTheSocketHolds() throws NetlinkException {
    List<MessageWriter> requests = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      requests.add(linkRequest(RTM_DELLINK, Integer.MAX_VALUE));
    }
    requests.add(linkRequest(RTM_GETLINK, 1, MessageWriter.NLM_F_ACK));
    NetlinkException e = assertThrows(NetlinkException.class, () -> socket.transact(requests));
    assertTrue(e.errno() == ENODEV || e.errno() == EPERM, e.toString());
    assertEquals(0, e.request());
    assertEquals(1, socket.ask(linkRequest(RTM_GETLINK, 1)).size(), "nothing is left over");
  }

  @Test
  void doesEachOfSeveralThingsAndTellsWhichFailed() throws NetlinkException {
    List<MessageWriter> requests =
        List.of(
            linkRequest(RTM_DELLINK, Integer.MAX_VALUE),
            linkRequest(RTM_GETLINK, 1),
            linkRequest(RTM_DELLINK, Integer.MAX_VALUE),
            linkRequest(RTM_GETLINK, 1, MessageWriter.NLM_F_ACK));
    List<NetlinkException> failures = socket.executeEach(requests);
    assertEquals(List.of(0, 2), failures.stream().map(NetlinkException::request).toList());
    assertEquals(List.of(), socket.executeEach(requests.subList(3, 4)));
  }

  @Test
  void saysSoIfItIsNotKnownWhatFailed() throws NetlinkException {
    List<MessageWriter> requests = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      requests.add(linkRequest(RTM_DELLINK, Integer.MAX_VALUE));
    }
    requests.add(linkRequest(RTM_GETLINK, 1, MessageWriter.NLM_F_ACK));
    NetlinkException e = assertThrows(NetlinkException.class, () -> socket.executeEach(requests));
    assertEquals(105, e.errno(), "ENOBUFS");
    assertEquals(1, socket.ask(linkRequest(RTM_GETLINK, 1)).size(), "nothing is left over");
  }

  @Test
  void refusesToWorkWhenClosed() {
    socket.close();
    assertThrows(IllegalStateException.class, () -> socket.ask(linkRequest(RTM_GETLINK, 1)));
  }
}
