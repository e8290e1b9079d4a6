package dev.weft.kernel.memory;

import dev.weft.kernel.BridgeVlan;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NamespaceId;
import dev.weft.kernel.Neighbour;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.Route;
import dev.weft.kernel.Sysctl;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** An open handle of a namespace in memory: takes the kernel's lock and asks the stack. */
final class InMemoryNamespace implements NetworkNamespace {
  private final InMemoryKernel kernel;
  private final NetworkStack stack;
  private final LinkOperations operations;
  private volatile boolean closed;

  InMemoryNamespace(InMemoryKernel kernel, NetworkStack stack) {
    this.kernel = kernel;
    this.stack = stack;
    this.operations = new LinkOperations(kernel, stack);
  }

  NetworkStack stack() {
    requireOpen();
    return stack;
  }

  InMemoryKernel kernel() {
    return kernel;
  }

  @Override
  public NamespaceId id() {
    requireOpen();
    return stack.id;
  }

  @Override
  public List<Link> links() {
    return read(
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
    return read(() -> Optional.ofNullable(stack.links.find(name)).map(Device::describe));
  }

  @Override
  public Optional<Link> link(int index) {
    return read(() -> Optional.ofNullable(stack.links.find(index)).map(Device::describe));
  }

  @Override
  public Link create(NewLink link) {
    return change("create link " + link.name(), () -> operations.create(link).describe());
  }

  @Override
  public void change(int index, LinkChange... changes) {
    change("change link " + index, () -> operations.change(index, List.of(changes)));
  }

  @Override
  public void deleteLink(int index) {
    change("delete link " + index, () -> operations.delete(index));
  }

  @Override
  public void deleteLinkGroup(int group) {
    change("delete link group " + group, () -> operations.deleteGroup(group));
  }

  @Override
  public List<BridgeVlan> vlans(int index) {
    return read(() -> operations.vlans(index));
  }

  @Override
  public void addVlans(int index, List<BridgeVlan> vlans) {
    change("add VLANs to link " + index, () -> operations.addVlans(index, vlans));
  }

  @Override
  public void removeVlans(int index, List<BridgeVlan> vlans) {
    change("remove VLANs from link " + index, () -> operations.removeVlans(index, vlans));
  }

  @Override
  public List<InterfaceAddress> addresses() {
    return read(
        () -> {
          List<InterfaceAddress> addresses = new ArrayList<>();
          for (AddressTable.Entry entry : stack.addresses.all()) {
            addresses.add(stack.describe(entry));
          }
          return addresses;
        });
  }

  @Override
  public void add(InterfaceAddress address) {
    change("add address " + address.prefix(), () -> stack.add(address));
  }

  @Override
  public void remove(InterfaceAddress address) {
    change("remove address " + address.prefix(), () -> stack.remove(address));
  }

  @Override
  public List<Route> routes() {
    return read(
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
    change(
        "add route to " + route.destination(), () -> stack.routes.add(stack.routing.admit(route)));
  }

  @Override
  public void replace(Route route) {
    change(
        "replace route to " + route.destination(),
        () -> stack.routes.replace(stack.routing.admit(route)));
  }

  @Override
  public void remove(Route route) {
    change("remove route to " + route.destination(), () -> stack.routes.remove(route));
  }

  @Override
  public Route routeTo(IpAddress destination) {
    return read(() -> stack.routing.to(destination));
  }

  @Override
  public List<Neighbour> neighbours() {
    return read(stack.neighbours::all);
  }

  @Override
  public void replace(Neighbour neighbour) {
    change(
        "replace neighbour on link " + neighbour.linkIndex(),
        () -> {
          stack.links.require(neighbour.linkIndex());
          stack.neighbours.replace(neighbour);
        });
  }

  @Override
  public void remove(Neighbour neighbour) {
    change(
        "remove neighbour on link " + neighbour.linkIndex(),
        () -> {
          stack.links.require(neighbour.linkIndex());
          stack.neighbours.remove(neighbour);
        });
  }

  /** There is nobody to hear it; it fails as the real one does when the link is not there. */
  @Override
  public void announce(int linkIndex, IpAddress address) {
    change("announce " + address, () -> stack.links.require(linkIndex));
  }

  @Override
  public Sysctl sysctl() {
    requireOpen();
    return new Sysctl() {
      @Override
      public String get(String... key) {
        return read(() -> stack.sysctls.get(key));
      }

      @Override
      public void set(String value, String... key) {
        change("set " + String.join("/", key), () -> stack.sysctls.set(value, key));
      }

      @Override
      public boolean exists(String... key) {
        return read(() -> stack.sysctls.exists(key));
      }
    };
  }

  @Override
  public InMemoryConntrack conntrack() {
    requireOpen();
    return stack.conntrack;
  }

  @Override
  public InMemoryNftables nftables() {
    requireOpen();
    return stack.nftables;
  }

  @Override
  public InMemoryIptables iptables() {
    requireOpen();
    return stack.iptables;
  }

  /** There is no inside: the work runs where it is. */
  @Override
  public <T> T inside(Callable<T> work) {
    requireOpen();
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
    closed = true;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This handle of a namespace is closed.");
    }
  }

  private <T> T read(Supplier<T> work) {
    requireOpen();
    kernel.lock().lock();
    try {
      return work.get();
    } finally {
      kernel.lock().unlock();
    }
  }

  private <T> T change(String operation, Supplier<T> work) {
    return read(
        () -> {
          kernel.announce(stack, operation);
          return work.get();
        });
  }

  private void change(String operation, Runnable work) {
    change(
        operation,
        () -> {
          work.run();
          return Optional.empty();
        });
  }
}
