package dev.weft.kernel;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * One network namespace, held open by a descriptor: everything that can be read and changed in it.
 *
 * <p>Every operation is one exchange with the kernel and throws {@link KernelException} with the
 * kernel's error and a sentence that says what it disliked. Lists are snapshots. An instance may be
 * used by several threads; a closed one throws {@link IllegalStateException}.
 */
public interface NetworkNamespace extends AutoCloseable {

  /** What makes this namespace itself: two handles are of one namespace if their ids are equal. */
  NamespaceId id();

  // Links

  /** All links. */
  List<Link> links();

  /** The link of a name, or nothing; a name that no link can have is nobody's. */
  Optional<Link> link(String name);

  /** The link of an index, or nothing. */
  Optional<Link> link(int index);

  /**
   * Creates a link, down, and returns it as the kernel made it.
   *
   * @throws KernelException with {@link Errno#EEXIST} if the name is taken, here or for a veth's
   *     peer in its namespace
   */
  Link create(NewLink link);

  /**
   * Applies changes to one link, in one message as far as the kernel allows, and in the order in
   * which they depend on each other, whatever the order in which they are given: down to be
   * renamed, up and with a port's options once it is one. Those that came before one that is
   * refused stay.
   *
   * @throws KernelException with {@link Errno#ENODEV} if it does not exist
   */
  void change(int index, LinkChange... changes);

  /**
   * Deletes one link; a veth goes with its peer. Of those who delete one link at the same moment,
   * more than one may be told that it is done.
   *
   * @throws KernelException with {@link Errno#ENODEV} if it does not exist
   */
  void deleteLink(int index);

  /**
   * Deletes several links in one operation: a hundred cost the kernel little more than one. Those
   * that do not exist are no error. With more than one, each is moved into {@link
   * Link#DOOMED_GROUP}, and that group is deleted; a crash in between leaves them there.
   *
   * @throws KernelException with {@link Errno#EOPNOTSUPP} if one cannot be deleted, such as
   *     loopback; the others are
   */
  void deleteLinks(Collection<Integer> indexes);

  // Bridge VLAN filtering

  /**
   * The VLANs of one bridge or bridge port, by id, neighbours that are alike joined into ranges;
   * none if it is neither, or the kernel was built without VLAN filtering.
   */
  List<BridgeVlan> vlans(int index);

  /**
   * Adds VLANs to a bridge port, or to the bridge itself if {@code index} is a bridge. One that
   * stands is changed to what is given.
   *
   * @throws KernelException with {@link Errno#EOPNOTSUPP} if it is neither, or the kernel was built
   *     without VLAN filtering; {@link Errno#ENODEV} if it does not exist
   */
  void addVlans(int index, List<BridgeVlan> vlans);

  /**
   * Removes VLANs; those that do not stand are no error.
   *
   * @throws KernelException with {@link Errno#EOPNOTSUPP} if it is neither bridge nor port; {@link
   *     Errno#ENODEV} if it does not exist
   */
  void removeVlans(int index, List<BridgeVlan> vlans);

  // Addresses

  /** The addresses of all links. */
  List<InterfaceAddress> addresses();

  /**
   * Puts an address on a link.
   *
   * @throws KernelException with {@link Errno#EEXIST} if the link has it already
   */
  void add(InterfaceAddress address);

  /**
   * Takes an address from a link.
   *
   * @throws KernelException with {@link Errno#EADDRNOTAVAIL} if the link does not have it
   */
  void remove(InterfaceAddress address);

  // Routes

  /** All routes of all tables but the kernel's own table {@code local}. */
  List<Route> routes();

  /**
   * Adds a route.
   *
   * @throws KernelException with {@link Errno#EEXIST} if there is one to this destination with the
   *     same priority and table
   */
  void add(Route route);

  /** Adds the route, or puts it in the place of one with the same destination and priority. */
  void replace(Route route);

  /**
   * Removes the route that has this destination, table and, where given, gateway and priority.
   *
   * @throws KernelException with {@link Errno#ESRCH} if there is none that matches
   */
  void remove(Route route);

  /** The route that a packet to this address would take, as the kernel resolves it now. */
  Route routeTo(IpAddress destination);

  // Neighbours: ARP, NDP and the bridge's and VXLAN's forwarding database

  /** All entries of all tables. */
  List<Neighbour> neighbours();

  /** Adds the entry, or puts it in the place of the one for the same address. */
  void replace(Neighbour neighbour);

  /**
   * Removes an entry.
   *
   * @return whether there was one
   */
  boolean remove(Neighbour neighbour);

  /**
   * Waits until neighbours who ask for a link's own addresses are heard, for a second at most: with
   * IPv6 a link listens to them only some milliseconds after it was given an address.
   */
  void awaitReachable(int linkIndex, List<IpAddress> own);

  /**
   * Tells the link's segment that the link's addresses are here: by gratuitous ARP if the setting
   * {@code net.ipv4.conf.LINK.arp_notify} is 1, by unsolicited neighbour advertisements if {@code
   * net.ipv6.conf.LINK.ndisc_notify} is.
   *
   * @param link as it is now
   * @throws KernelException with {@link Errno#ENETDOWN} if it is down
   */
  void announce(Link link);

  // Everything else that belongs to a network namespace

  Sysctl sysctl();

  Conntrack conntrack();

  Nftables nftables();

  Iptables iptables();

  /**
   * The iptables programs for a family that are installed and that the kernel serves, one of each
   * variant; first the one that the plain name {@code iptables} leads to. The kernel in memory has
   * none.
   */
  List<IptablesPrograms> iptablesPrograms(IpFamily family);

  /**
   * Runs work on a platform thread that is inside this namespace and does nothing else meanwhile:
   * sockets, files and processes that it opens belong here. An unchecked exception of the work is
   * thrown as it is, an {@link java.io.IOException} as {@link java.io.UncheckedIOException}, any
   * other as the cause of a {@link java.util.concurrent.CompletionException}. Being interrupted
   * does not end the wait.
   */
  <T> T inside(Callable<T> work);

  @Override
  void close();
}
