package dev.weft.plugins.bridge;

import dev.weft.cni.NetworkConfig;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.iptables.Masquerade;
import dev.weft.iptables.RuleOwner;
import dev.weft.iptables.SpoofCheck;
import dev.weft.kernel.Errno;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.NetworkNamespace;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One DEL: all that belongs to an attachment, found from the request alone.
 *
 * <p>The links go first and the addresses are released last, so that nobody is given an address
 * that still answers. Every step is tried whatever became of the others, and may be repeated.
 */
final class Detach {
  private final Request.Detach request;
  private final Kernel kernel;
  private final NetworkNamespace host;

  Detach(Request.Detach request, Kernel kernel) {
    this.request = request;
    this.kernel = kernel;
    this.host = kernel.own();
  }

  void run() {
    NetworkConfig config = request.config();
    RuleOwner owner = Owners.of(config.name(), request.attachment());
    BestEffort steps = new BestEffort();
    steps.attempt(this::removeLinks);
    steps.attempt(() -> Masquerade.on(host, Optional.empty()).remove(owner));
    steps.attempt(() -> SpoofCheck.on(host).remove(owner));
    steps.attempt(() -> BridgeConfig.ipam(config).ifPresent(request.delegates()::del));
    steps.finish();
  }

  private void removeLinks() {
    VethMark mark = VethMark.of(request.config().name(), request.attachment());
    Optional<Link> hostEnd =
        host.link(mark.name()).filter(link -> link.kind() instanceof Link.Kind.Veth);
    if (hostEnd.isPresent()) {
      delete(host, hostEnd.get());
    } else if (request.netns().isPresent()) {
      removeForeignVeth(request.netns().get());
    }
  }

  /** Removes what the reference plugin made, whose name on the host tells nothing. */
  private void removeForeignVeth(String netns) {
    try (NetworkNamespace container = kernel.open(Path.of(netns))) {
      if (container.id().equals(host.id())) {
        return;
      }
      Optional<Link> link = container.link(request.attachment().ifName());
      if (link.isPresent() && isOfThisNetwork(link.get())) {
        delete(container, link.get());
      }
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT && e.errno() != Errno.EINVAL) {
        throw e;
      }
      // The namespace is gone, and its links with it.
    }
  }

  /**
   * Whether an interface of the container is one that a bridge plugin made for this network. What
   * has its name from another network, or is no veth at all, is not ours: a failed ADD of this
   * network is followed by a DEL, which must not take away what made the ADD fail.
   */
  private boolean isOfThisNetwork(Link link) {
    if (!(link.kind() instanceof Link.Kind.Veth veth)) {
      return false;
    }
    Optional<Link> hostEnd = host.link(veth.peerIndex());
    boolean isPair =
        hostEnd.isPresent()
            && hostEnd.get().kind() instanceof Link.Kind.Veth other
            && other.peerIndex() == link.index();
    return isPair
        && !VethMark.isOfAnyNetwork(hostEnd.get())
        && (isPortOfBridge(hostEnd.get()) || isInPreviousResult(hostEnd.get()));
  }

  private boolean isPortOfBridge(Link link) {
    Optional<Link> bridge = host.link(BridgeConfig.bridge(request.config()));
    return bridge.isPresent() && link.master().equals(OptionalInt.of(bridge.get().index()));
  }

  private boolean isInPreviousResult(Link hostEnd) {
    Result previous = request.config().prevResult().orElse(Result.EMPTY);
    for (Result.Interface made : previous.interfaces()) {
      if (made.sandbox().isEmpty() && made.name().equals(hostEnd.name())) {
        return true;
      }
    }
    return false;
  }

  private static void delete(NetworkNamespace namespace, Link link) {
    Refusals.unless(Errno.ENODEV, () -> namespace.deleteLink(link.index()));
  }
}
