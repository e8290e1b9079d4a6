package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinkAttributes.IFLA_EXT_MASK;
import static dev.weft.kernel.linux.LinkAttributes.IFLA_IFNAME;
import static dev.weft.kernel.linux.LinkAttributes.RTEXT_FILTER_SKIP_STATS;
import static dev.weft.kernel.linux.Rtnetlink.RTM_GETLINK;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The links of one namespace. */
final class LinuxLinks {
  private final NamespaceHandle namespace;

  LinuxLinks(NamespaceHandle namespace) {
    this.namespace = namespace;
  }

  List<Link> all() {
    MessageWriter request = LinkMessages.about(RTM_GETLINK, 0, 0);
    request.attributeInt(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    try {
      List<Message> messages = namespace.route().dump(request);
      List<Link> links = new ArrayList<>(messages.size());
      for (Message message : messages) {
        links.add(LinkReader.read(message));
      }
      return links;
    } catch (NetlinkException e) {
      throw Refusal.because("cannot list the links in " + namespace, e);
    }
  }

  Optional<Link> byName(String name) {
    if (!NewLink.isName(name)) {
      return Optional.empty();
    }
    MessageWriter request = LinkMessages.about(RTM_GETLINK, 0, 0);
    request.attribute(IFLA_IFNAME, name);
    return find(request, name);
  }

  Optional<Link> byIndex(int index) {
    return index > 0
        ? find(LinkMessages.about(RTM_GETLINK, 0, index), Integer.toString(index))
        : Optional.empty();
  }

  private Optional<Link> find(MessageWriter request, String what) {
    request.attributeInt(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    try {
      return Optional.of(LinkReader.read(namespace.route().ask(request).getFirst()));
    } catch (NetlinkException e) {
      if (e.errno() == Errno.ENODEV.number()) {
        return Optional.empty();
      }
      throw Refusal.because("cannot read link " + what + " in " + namespace, e);
    }
  }

  Link create(NewLink.Bridge bridge) {
    requireName(bridge.name());
    try {
      namespace.route().execute(LinkCreation.of(bridge));
    } catch (NetlinkException e) {
      String failed = "cannot create bridge " + bridge.name() + " in " + namespace;
      throw bridge.vlanFiltering() && e.errno() == Errno.EOPNOTSUPP.number()
          ? LinuxBridgeVlans.withoutFiltering(failed)
          : Refusal.because(failed, e);
    }
    return created(bridge.name());
  }

  Link create(NewLink.Veth veth, NamespaceHandle peerNamespace) {
    requireName(veth.name());
    requireName(veth.peer().name());
    try {
      peerNamespace.withDescriptor(
          descriptor -> {
            namespace.route().execute(LinkCreation.of(veth, descriptor));
            return descriptor;
          });
    } catch (NetlinkException e) {
      throw Refusal.because(
          "cannot create veth "
              + veth.name()
              + " in "
              + namespace
              + " with peer "
              + veth.peer().name()
              + " in "
              + peerNamespace
              + (e.errno() == Errno.EEXIST.number() ? taken(veth, peerNamespace) : ""),
          e);
    }
    return created(veth.name());
  }

  private String taken(NewLink.Veth veth, NamespaceHandle peerNamespace) {
    return byName(veth.name()).isPresent()
        ? ": the name " + veth.name() + " is taken in " + namespace
        : ": the name " + veth.peer().name() + " is taken in " + peerNamespace;
  }

  private Link created(String name) {
    return byName(name)
        .orElseThrow(
            () ->
                new KernelException(
                    Errno.ENODEV,
                    "link " + name + " in " + namespace + " was gone as soon as it was created"));
  }

  void change(int index, LinkChange... changes) {
    boolean filtersVlans = false;
    int defaultPvid = 0;
    for (LinkChange change : changes) {
      if (change instanceof LinkChange.Rename(String name)) {
        requireName(name);
      } else if (change instanceof LinkChange.VlanFiltering(boolean on)) {
        filtersVlans = on;
      } else if (change instanceof LinkChange.DefaultPvid(int id)) {
        defaultPvid = id;
      }
    }
    try {
      for (MessageWriter message : LinkChangeMessages.of(index, changes)) {
        namespace.route().execute(message);
      }
    } catch (NetlinkException e) {
      String failed =
          "cannot set " + LinkChangeMessages.inWords(changes) + " on " + describe(index);
      throw filtersVlans && e.errno() == Errno.EOPNOTSUPP.number()
          ? LinuxBridgeVlans.withoutFiltering(failed)
          : Refusal.because(failed, e);
    }
    // A kernel built without VLAN filtering takes this option, and forgets it.
    if (defaultPvid != 0 && !hasDefaultPvid(index, defaultPvid)) {
      throw LinuxBridgeVlans.withoutFiltering(
          "cannot set default PVID " + defaultPvid + " on " + describe(index));
    }
  }

  private boolean hasDefaultPvid(int index, int id) {
    Optional<Link> link = byIndex(index);
    return link.isPresent()
        && link.get().kind() instanceof Link.Kind.Bridge bridge
        && bridge.defaultPvid().orElse(0) == id;
  }

  /** A link for a sentence: index and, if it exists, name. */
  String describe(int index) {
    String name = "no such link";
    try {
      name = byIndex(index).map(Link::name).orElse(name);
    } catch (KernelException e) {
      name = "name unknown";
    }
    return "link " + index + " (" + name + ") in " + namespace;
  }

  private static void requireName(String name) {
    if (!NewLink.isName(name)) {
      throw new KernelException(
          Errno.EINVAL,
          "'" + name + "' is no name for a link: 1 to 15 bytes without '/', ':' and white space");
    }
  }
}
