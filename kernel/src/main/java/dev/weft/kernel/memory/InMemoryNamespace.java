package dev.weft.kernel.memory;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.IptablesPrograms;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NamespaceId;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.Route;
import dev.weft.kernel.Sysctl;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;

/** An open handle of a namespace in memory: takes the kernel's lock and asks the stack. */
final class InMemoryNamespace implements NetworkNamespace {
  private final InMemoryKernel kernel;
  private final NetworkStack stack;
  private final Gate gate;
  private final LinkOperations operations;

  InMemoryNamespace(InMemoryKernel kernel, NetworkStack stack) {
    this.kernel = kernel;
    this.stack = stack;
    this.gate = new Gate(kernel, stack);
    this.operations = new LinkOperations(kernel, stack);
  }

  NetworkStack stack() {
    gate.requireOpen();
    return stack;
  }

  InMemoryKernel kernel() {
    return kernel;
  }

  @Override
  public NamespaceId id() {
    gate.requireOpen();
    return stack.id;
  }

  @Override
  public List<Link> links() {
    return gate.read(
        () -> {
          List<Link> links = new ArrayList<>();
          for (Device device : stack.links.all()) {
            links.add(device.describe());
          }
          return links;
        });
  }

  @Override
  public Optional<Link> link(String name) {
    return gate.read(() -> Optional.ofNullable(stack.links.find(name)).map(Device::describe));
  }

  @Override
  public Optional<Link> link(int index) {
    return gate.read(() -> Optional.ofNullable(stack.links.find(index)).map(Device::describe));
  }

  @Override
  public Link create(NewLink link) {
    return gate.change("create link " + link.name(), () -> operations.create(link).describe());
  }

  @Override
  public void change(int index, LinkChange... changes) {
    gate.change("change link " + index, () -> operations.change(index, List.of(changes)));
  }

  @Override
  public void deleteLink(int index) {
    gate.change("delete link " + index, () -> operations.delete(index));
  }

  /** As many changes as there are steps between which a crash could come. */
  @Override
  public void deleteLinks(Collection<Integer> indexes) {
    Set<Integer> distinct = new LinkedHashSet<>(indexes);
    distinct.removeIf(index -> index <= 0);
    if (distinct.size() > 1) {
      for (int index : distinct) {
        gate.change("doom link " + index, () -> operations.doom(index));
      }
      gate.change("delete the doomed links", () -> operations.deleteDoomed(distinct));
    } else if (!distinct.isEmpty()) {
      gate.change(
          "delete link " + distinct.iterator().next(), () -> operations.deleteExisting(distinct));
    }
  }

  @Override
  public List<BridgeVlan> vlans(int index) {
    return gate.read(() -> operations.vlans(index));
  }

  @Override
  public void addVlans(int index, List<BridgeVlan> vlans) {
    gate.change("add VLANs to link " + index, () -> operations.addVlans(index, vlans));
  }

  @Override
  public void removeVlans(int index, List<BridgeVlan> vlans) {
    gate.change("remove VLANs from link " + index, () -> operations.removeVlans(index, vlans));
  }

  @Override
  public List<InterfaceAddress> addresses() {
    return gate.read(
        () -> {
          List<InterfaceAddress> addresses = new ArrayList<>();
          for (AddressTable.Entry entry : stack.addresses.all()) {
            addresses.add(stack.addressing.describe(entry));
          }
          return addresses;
        });
  }

  @Override
  public void add(InterfaceAddress address) {
    gate.change("add address " + address.prefix(), () -> stack.addressing.add(address));
  }

  @Override
  public void remove(InterfaceAddress address) {
    gate.change("remove address " + address.prefix(), () -> stack.addressing.remove(address));
  }

  @Override
  public List<Route> routes() {
    return gate.read(
        () -> {
          List<Route> routes = new ArrayList<>();
          for (RouteTable.Entry entry : stack.routes.all()) {
            routes.add(entry.route());
          }
          return routes;
        });
  }

  @Override
  public void add(Route route) {
    gate.change(
        "add route to " + route.destination(), () -> stack.routes.add(stack.routing.admit(route)));
  }

  @Override
  public void replace(Route route) {
    gate.change(
        "replace route to " + route.destination(),
        () -> stack.routes.replace(stack.routing.admit(route)));
  }

  @Override
  public void remove(Route route) {
    gate.change("remove route to " + route.destination(), () -> stack.routes.remove(route));
  }

  @Override
  public Route routeTo(IpAddress destination) {
    return gate.read(() -> stack.routing.to(destination));
  }

  @Override
  public List<Neighbour> neighbours() {
    return gate.read(stack.neighbours::all);
  }

  @Override
  public void replace(Neighbour neighbour) {
    gate.change(
        "replace neighbour on link " + neighbour.linkIndex(), () -> stack.replace(neighbour));
  }

  @Override
  public boolean remove(Neighbour neighbour) {
    return gate.change(
        "remove neighbour on link " + neighbour.linkIndex(), () -> stack.remove(neighbour));
  }

  /** There is nothing to wait for. */
  @Override
  public void awaitReachable(int linkIndex, List<IpAddress> own) {
    gate.requireOpen();
  }

  /** There is nobody to hear it; it fails as the real one does when the link is not there. */
  @Override
  public void announce(Link link) {
    gate.change(
        "announce the addresses of link " + link.name(), () -> stack.links.require(link.index()));
  }

  @Override
  public Sysctl sysctl() {
    return new GatedSysctl(gate, stack.sysctls);
  }

  @Override
  public InMemoryConntrack conntrack() {
    gate.requireOpen();
    return stack.conntrack;
  }

  @Override
  public InMemoryNftables nftables() {
    gate.requireOpen();
    return stack.nftables;
  }

  @Override
  public InMemoryIptables iptables() {
    gate.requireOpen();
    return stack.iptables;
  }

  @Override
  public List<IptablesPrograms> iptablesPrograms(IpFamily family) {
    return List.of();
  }

  /** There is no inside: the work runs where it is. */
  @Override
  public <T> T inside(Callable<T> work) {
    gate.requireOpen();
    try {
      return work.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public void close() {
    gate.close();
  }
}
