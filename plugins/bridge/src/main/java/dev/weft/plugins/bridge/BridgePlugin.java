package dev.weft.plugins.bridge;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniArgs;
import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Plugin;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.cni.Rollback;
import dev.weft.kernel.Errno;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Attaches containers to a Linux bridge on the host, each by a veth of its own.
 *
 * <p>A wrong configuration is code 7, and a right one that this machine cannot serve (VLANs without
 * VLAN filtering, masquerade or spoof check without a back end) is code 2, both before anything is
 * changed; what STATUS finds wanting is 50.
 */
public final class BridgePlugin implements Plugin {
  private final Kernel kernel;

  public BridgePlugin(Kernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public String type() {
    return "bridge";
  }

  @Override
  public Optional<Set<String>> argumentKeys() {
    return Optional.of(Set.of("MAC"));
  }

  @Override
  public Result add(Request.Attach request) {
    BridgeConfig config = BridgeConfig.of(request.config(), request.args());
    return Refusals.translate(
        () -> {
          try (NetworkNamespace container = open(request.netns());
              Rollback rollback = new Rollback()) {
            Result result = new Attach(request, config, kernel.own(), container, rollback).run();
            rollback.succeeded();
            return result;
          }
        });
  }

  @Override
  public void del(Request.Detach request) {
    new Detach(request, kernel).run();
  }

  @Override
  public void check(Request.Attach request) {
    BridgeConfig config = BridgeConfig.of(request.config(), request.args());
    Refusals.translate(
        () -> {
          try (NetworkNamespace container = open(request.netns())) {
            new Inspect(request, config, kernel.own(), container).run();
          }
        });
    config.ipam().ifPresent(request.delegates()::check);
  }

  @Override
  public void gc(Request.Network request, Set<Attachment> valid) {
    new Collect(request, kernel.own(), valid).run();
  }

  @Override
  public void status(Request.Network request) {
    BridgeConfig config = BridgeConfig.of(request.config(), CniArgs.NONE);
    Refusals.translate(() -> new Readiness(kernel.own(), config).verify());
    config.ipam().ifPresent(request.delegates()::status);
  }

  private NetworkNamespace open(String netns) {
    try {
      return kernel.open(Path.of(netns));
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.EINVAL) {
        throw new CniException(
            ErrorCode.INVALID_NETNS,
            "CNI_NETNS is " + netns + ", but should be the path of a network namespace",
            e);
      }
      throw e;
    }
  }
}
