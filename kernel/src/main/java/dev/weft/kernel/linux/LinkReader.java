package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinkAttributes.*;

import dev.weft.kernel.BridgePort;
import dev.weft.kernel.Link;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.NetlinkException;
import dev.weft.net.MacAddress;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads a link from the message that describes it (RTM_NEWLINK). */
final class LinkReader {
  private static final Link.OperationalState[] STATES = Link.OperationalState.values();
  private static final MacAddress NO_MAC = new MacAddress(0);

  private String name = "";
  private MacAddress mac = NO_MAC;
  private int mtu;
  private Link.OperationalState state = Link.OperationalState.UNKNOWN;
  private OptionalInt master = OptionalInt.empty();
  private int group;
  private Optional<String> alias = Optional.empty();
  private Optional<BridgePort> port = Optional.empty();

  private int otherEnd;
  private boolean otherEndIsElsewhere;
  private String kind = "";
  private String masterKind = "";
  private boolean vlanFiltering;
  private OptionalInt defaultPvid = OptionalInt.empty();

  private LinkReader() {}

  static Link read(Message message) throws NetlinkException {
    return new LinkReader().link(message.body());
  }

  private Link link(AttributeReader body) throws NetlinkException {
    int hardware = body.getShort(2);
    int index = body.getInt(4);
    int flags = body.getInt(8);
    body.skip(HEADER);
    while (body.next()) {
      switch (body.type()) {
        case IFLA_IFNAME -> name = body.asString();
        case IFLA_ADDRESS -> mac = body.length() == 6 ? MacAddress.of(body.asBytes()) : NO_MAC;
        case IFLA_MTU -> mtu = body.asInt();
        case IFLA_OPERSTATE -> state = state(body.asByte());
        case IFLA_MASTER -> master = OptionalInt.of(body.asInt());
        case IFLA_GROUP -> group = body.asInt();
        case IFLA_IFALIAS -> alias = Optional.of(body.asString());
        case IFLA_LINK -> otherEnd = body.asInt();
        case IFLA_LINK_NETNSID -> otherEndIsElsewhere = true;
        case IFLA_LINKINFO -> information(body.nested());
        default -> {}
      }
    }
    return new Link(
        index,
        name,
        hardware == ARPHRD_LOOPBACK ? new Link.Kind.Loopback() : kind(),
        mac,
        mtu,
        (flags & IFF_UP) != 0,
        state,
        (flags & IFF_PROMISC) != 0,
        master,
        group,
        alias,
        port);
  }

  private Link.Kind kind() {
    return switch (kind) {
      case "veth" -> new Link.Kind.Veth(otherEnd, !otherEndIsElsewhere);
      case "bridge" -> new Link.Kind.Bridge(vlanFiltering, defaultPvid);
      default -> new Link.Kind.Other(kind);
    };
  }

  private void information(AttributeReader information) throws NetlinkException {
    while (information.next()) {
      switch (information.type()) {
        case IFLA_INFO_KIND -> kind = information.asString();
        case IFLA_INFO_DATA -> {
          // The kernel writes the kind before what depends on it.
          if (kind.equals("bridge")) {
            bridge(information.nested());
          }
        }
        case IFLA_INFO_SLAVE_KIND -> masterKind = information.asString();
        case IFLA_INFO_SLAVE_DATA -> {
          if (masterKind.equals("bridge")) {
            bridgePort(information.nested());
          }
        }
        default -> {}
      }
    }
  }

  private void bridge(AttributeReader data) throws NetlinkException {
    while (data.next()) {
      switch (data.type()) {
        case IFLA_BR_VLAN_FILTERING -> vlanFiltering = data.asByte() != 0;
        case IFLA_BR_VLAN_DEFAULT_PVID -> defaultPvid = OptionalInt.of(data.asShort());
        default -> {}
      }
    }
  }

  private void bridgePort(AttributeReader data) throws NetlinkException {
    boolean hairpin = false;
    boolean isolated = false;
    while (data.next()) {
      switch (data.type()) {
        case IFLA_BRPORT_MODE -> hairpin = data.asByte() != 0;
        case IFLA_BRPORT_ISOLATED -> isolated = data.asByte() != 0;
        default -> {}
      }
    }
    port = Optional.of(new BridgePort(hairpin, isolated));
  }

  private static Link.OperationalState state(int number) {
    return number < STATES.length ? STATES[number] : Link.OperationalState.UNKNOWN;
  }
}
