package dev.weft.plugins.loopback;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Plugin;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.kernel.Errno;
import dev.weft.kernel.InterfaceAddress;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.LinkChange;
import dev.weft.kernel.NetworkNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Sets a container's own {@code lo} up. CNI_IFNAME does not matter: every namespace has just one.
 */
public final class LoopbackPlugin implements Plugin {
  private static final String NAME = "lo";

  private final Kernel kernel;

  public LoopbackPlugin(Kernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public String type() {
    return "loopback";
  }

  @Override
  public Result add(Request.Attach request) {
    try (NetworkNamespace container = open(request.netns())) {
      container.change(loopback(container).index(), new LinkChange.Up());
      return request.config().prevResult().orElseGet(() -> describe(container, request.netns()));
    } catch (KernelException e) {
      throw refused(e);
    }
  }

  @Override
  public void del(Request.Detach request) {
    if (request.netns().isEmpty()) {
      return;
    }
    try (NetworkNamespace container = kernel.open(Path.of(request.netns().get()))) {
      // Compared before anything is done: the host's own lo must never go down.
      if (!container.id().equals(kernel.own().id())) {
        container.change(loopback(container).index(), new LinkChange.Down());
      }
    } catch (KernelException e) {
      if (!isNoNamespace(e)) {
        throw refused(e);
      }
    }
  }

  @Override
  public void check(Request.Attach request) {
    try (NetworkNamespace container = open(request.netns())) {
      if (!loopback(container).up()) {
        throw new CniException(
            ErrorCode.CHECK_FAILED, "the container's interface lo is down, but should be up");
      }
      Result previous = request.config().prevResult().orElse(Result.EMPTY);
      Result present = describe(container, request.netns());
      for (Result.Ip ip : previous.ips()) {
        if (isOnLoopback(ip, previous, request.netns()) && !hasAddress(present, ip)) {
          throw new CniException(
              ErrorCode.CHECK_FAILED,
              "the container's interface lo lacks the address " + ip.address());
        }
      }
    } catch (KernelException e) {
      throw refused(e);
    }
  }

  /** Nothing of ours outlives a namespace. */
  @Override
  public void gc(Request.Network request, Set<Attachment> valid) {}

  /** Nothing is needed but a kernel. */
  @Override
  public void status(Request.Network request) {}

  private static Result describe(NetworkNamespace container, String netns) {
    Link link = loopback(container);
    List<Result.Ip> ips = new ArrayList<>();
    for (InterfaceAddress address : container.addresses()) {
      if (address.linkIndex() == link.index()) {
        ips.add(new Result.Ip(address.prefix(), Optional.empty(), OptionalInt.of(0)));
      }
    }
    Result.Interface described =
        new Result.Interface(NAME, link.mac().toString(), OptionalInt.of(link.mtu()), netns);
    return new Result(List.of(described), ips, List.of(), Result.Dns.NONE);
  }

  private static boolean isOnLoopback(Result.Ip ip, Result result, String netns) {
    int index = ip.interfaceIndex().orElse(-1);
    if (index < 0 || index >= result.interfaces().size()) {
      return false;
    }
    Result.Interface listed = result.interfaces().get(index);
    return listed.name().equals(NAME) && listed.sandbox().equals(netns);
  }

  private static boolean hasAddress(Result present, Result.Ip wanted) {
    for (Result.Ip ip : present.ips()) {
      if (ip.address().equals(wanted.address())) {
        return true;
      }
    }
    return false;
  }

  private static Link loopback(NetworkNamespace container) {
    return container
        .link(NAME)
        .orElseThrow(
            () ->
                new CniException(
                    ErrorCode.KERNEL_REFUSED, "the container's namespace has no interface lo"));
  }

  private NetworkNamespace open(String netns) {
    try {
      return kernel.open(Path.of(netns));
    } catch (KernelException e) {
      if (isNoNamespace(e)) {
        throw new CniException(
            ErrorCode.INVALID_NETNS,
            "CNI_NETNS is " + netns + ", but should be the path of a network namespace",
            e);
      }
      throw e;
    }
  }

  /** Whether opening failed since nothing is there, or only the file that a namespace leaves. */
  private static boolean isNoNamespace(KernelException e) {
    return e.errno() == Errno.ENOENT || e.errno() == Errno.EINVAL;
  }

  private static CniException refused(KernelException e) {
    return new CniException(ErrorCode.KERNEL_REFUSED, String.valueOf(e.getMessage()), e);
  }
}
