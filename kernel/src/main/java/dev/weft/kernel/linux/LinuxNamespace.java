package dev.weft.kernel.linux;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.Conntrack;
import dev.weft.kernel.Errno;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Iptables;
import dev.weft.kernel.IptablesPrograms;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NamespaceId;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.Nftables;
import dev.weft.kernel.Route;
import dev.weft.kernel.Sysctl;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** A network namespace of the kernel that runs here. */
final class LinuxNamespace implements NetworkNamespace {
  private final NamespaceHandle handle;
  private final boolean closeable;
  private final LinuxLinks links;
  private final LinkDeletion deletion;
  private final LinuxBridgeVlans vlans;
  private final LinuxAddresses addresses;
  private final SolicitedNodes solicitedNodes;
  private final LinuxRoutes routes;
  private final LinuxNeighbours neighbours;
  private final LinuxSysctl sysctl;
  private final LinuxConntrack conntrack;
  private final LinuxNftables nftables;
  private final LinuxIptables iptables;

  /**
   * Speaks for an open namespace.
   *
   * @param closeable false for the process's own, which others use as well
   */
  LinuxNamespace(NamespaceHandle handle, boolean closeable) {
    this.handle = handle;
    this.closeable = closeable;
    links = new LinuxLinks(handle);
    deletion = new LinkDeletion(handle, links);
    vlans = new LinuxBridgeVlans(handle, links);
    addresses = new LinuxAddresses(handle, links);
    solicitedNodes = new SolicitedNodes(handle, links);
    routes = new LinuxRoutes(handle, links);
    neighbours = new LinuxNeighbours(handle, links);
    sysctl = new LinuxSysctl(handle);
    conntrack = new LinuxConntrack(handle);
    nftables = new LinuxNftables(handle);
    iptables = new LinuxIptables(handle);
  }

  @Override
  public NamespaceId id() {
    return handle.id();
  }

  @Override
  public List<Link> links() {
    return links.all();
  }

  @Override
  public Optional<Link> link(String name) {
    return links.byName(name);
  }

  @Override
  public Optional<Link> link(int index) {
    return links.byIndex(index);
  }

  @Override
  public Link create(NewLink link) {
    if (link instanceof NewLink.Bridge bridge) {
      return links.create(bridge);
    }
    NewLink.Veth veth = (NewLink.Veth) link;
    if (!(veth.peer().namespace() instanceof LinuxNamespace other)) {
      throw new IllegalArgumentException("the peer's namespace is not of this kernel");
    }
    return links.create(veth, other.handle);
  }

  @Override
  public void change(int index, LinkChange... changes) {
    links.change(index, changes);
  }

  @Override
  public void deleteLink(int index) {
    deletion.delete(index);
  }

  @Override
  public void deleteLinks(Collection<Integer> indexes) {
    deletion.deleteAll(indexes);
  }

  @Override
  public List<BridgeVlan> vlans(int index) {
    return vlans.of(index);
  }

  @Override
  public void addVlans(int index, List<BridgeVlan> added) {
    vlans.add(index, added);
  }

  @Override
  public void removeVlans(int index, List<BridgeVlan> removed) {
    vlans.remove(index, removed);
  }

  @Override
  public List<InterfaceAddress> addresses() {
    return addresses.all();
  }

  @Override
  public void add(InterfaceAddress address) {
    addresses.add(address);
  }

  @Override
  public void remove(InterfaceAddress address) {
    addresses.remove(address);
  }

  @Override
  public List<Route> routes() {
    return routes.all();
  }

  @Override
  public void add(Route route) {
    routes.add(route);
  }

  @Override
  public void replace(Route route) {
    routes.replace(route);
  }

  @Override
  public void remove(Route route) {
    routes.remove(route);
  }

  @Override
  public Route routeTo(IpAddress destination) {
    return routes.to(destination);
  }

  @Override
  public List<Neighbour> neighbours() {
    return neighbours.all();
  }

  @Override
  public void replace(Neighbour neighbour) {
    neighbours.replace(neighbour);
  }

  @Override
  public boolean remove(Neighbour neighbour) {
    return neighbours.remove(neighbour);
  }

  @Override
  public void awaitReachable(int linkIndex, List<IpAddress> own) {
    solicitedNodes.await(linkIndex, own);
  }

  @Override
  public void announce(Link link) {
    if (!link.up()) {
      throw KernelException.because(
          "cannot announce the addresses of link " + link.name() + " in " + handle,
          Errno.ENETDOWN.number());
    }
    // The kernel announces them itself when a link is given its own address again. A socket of ours
    // to send the frames would cost more: closing one waits until no processor sends by it.
    links.change(link.index(), new LinkChange.Mac(link.mac()));
  }

  @Override
  public Sysctl sysctl() {
    return sysctl;
  }

  @Override
  public Conntrack conntrack() {
    return conntrack;
  }

  @Override
  public Nftables nftables() {
    return nftables;
  }

  @Override
  public Iptables iptables() {
    return iptables;
  }

  @Override
  public List<IptablesPrograms> iptablesPrograms(IpFamily family) {
    return LinuxIptablesPrograms.installed(handle, nftables, family);
  }

  @Override
  public <T> T inside(Callable<T> work) {
    return handle.inside(work);
  }

  @Override
  public void close() {
    if (closeable) {
      handle.close();
    }
  }

  @Override
  public String toString() {
    return handle.toString();
  }
}
