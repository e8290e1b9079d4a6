package dev.weft.ipam;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniArgs;
import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Plugin;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.ipam.lease.DiskLeaseStore;
import dev.weft.ipam.lease.Lease;
import dev.weft.ipam.lease.LeaseStore;
import dev.weft.ipam.lease.Leases;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives addresses from ranges that belong to this machine, and remembers them on its disk.
 *
 * <p>Fails with 7 for a wrong configuration, 100 for an address that is not to be had, 101 for a
 * CHECK of one that is not held, and 5 for a {@code dataDir} that cannot be used; with 50 where
 * STATUS finds one of the latter two.
 */
public final class HostLocalPlugin implements Plugin {
  private final LeaseStore store;

  /** With leases on disk, as the reference plugin keeps them. */
  public HostLocalPlugin() {
    this(new DiskLeaseStore());
  }

  public HostLocalPlugin(LeaseStore store) {
    this.store = store;
  }

  @Override
  public String type() {
    return "host-local";
  }

  @Override
  public Optional<Set<String>> argumentKeys() {
    return Optional.of(Set.of("IP"));
  }

  @Override
  public boolean entersNamespace() {
    return false;
  }

  @Override
  public Result add(Request.Attach request) {
    HostLocalConfig config = HostLocalConfig.read(request.config(), request.args());
    try {
      List<Result.Ip> ips =
          store.hold(
              config.dataDir(),
              request.config().name(),
              leases -> new Allocation(config, leases, request.attachment()).take());
      return new Result(List.of(), ips, config.routes(), config.dns());
    } catch (IOException e) {
      throw unusable(ErrorCode.IO_FAILURE, config.dataDir(), e);
    }
  }

  /** Releases what was leased for the interface; if nothing was, what names no interface at all. */
  @Override
  public void del(Request.Detach request) {
    Path dataDir = HostLocalConfig.dataDir(request.config());
    try {
      store.holdExisting(
          dataDir, request.config().name(), leases -> release(leases, request.attachment()));
    } catch (IOException e) {
      throw unusable(ErrorCode.IO_FAILURE, dataDir, e);
    }
  }

  private static boolean release(Leases leases, Attachment attachment) throws IOException {
    List<Lease> held = leases.heldBy(attachment);
    boolean named = held.stream().anyMatch(lease -> lease.names(attachment));
    for (Lease lease : held) {
      if (!named || lease.names(attachment)) {
        leases.release(lease.address());
      }
    }
    return !held.isEmpty();
  }

  /** Every address of prevResult that lies in our ranges must be leased, and one at least be. */
  @Override
  public void check(Request.Attach request) {
    HostLocalConfig config = HostLocalConfig.read(request.config(), request.args());
    List<Lease> held = held(config.dataDir(), request);
    String who =
        "container " + request.attachment().containerId() + " " + request.attachment().ifName();
    if (held.isEmpty()) {
      throw new CniException(ErrorCode.CHECK_FAILED, who + " should have an address, but has none");
    }
    for (Result.Ip ip : request.config().prevResult().orElse(Result.EMPTY).ips()) {
      boolean ours = config.rangeSets().stream().anyMatch(s -> s.contains(ip.address().address()));
      if (ours && held.stream().noneMatch(l -> l.address().equals(ip.address().address()))) {
        throw new CniException(
            ErrorCode.CHECK_FAILED,
            who + " should have " + ip.address().address() + ", but it is not leased to it");
      }
    }
  }

  @Override
  public void gc(Request.Network request, Set<Attachment> valid) {
    Path dataDir = HostLocalConfig.dataDir(request.config());
    Set<String> containers = new HashSet<>();
    for (Attachment attachment : valid) {
      containers.add(attachment.containerId());
    }
    try {
      store.holdExisting(
          dataDir,
          request.config().name(),
          leases -> {
            releaseOthers(leases, valid, containers);
            return true;
          });
    } catch (IOException e) {
      throw unusable(ErrorCode.IO_FAILURE, dataDir, e);
    }
  }

  @Override
  public void status(Request.Network request) {
    HostLocalConfig config = HostLocalConfig.read(request.config(), CniArgs.NONE);
    try (Leases leases = store.open(config.dataDir(), request.config().name())) {
      for (int i = 0; i < config.rangeSets().size(); i++) {
        if (!Allocation.hasFree(config, i, leases)) {
          throw new CniException(
              ErrorCode.NOT_AVAILABLE,
              "no address is free in the range set " + config.rangeSets().get(i));
        }
      }
      leases.probe();
    } catch (IOException e) {
      throw unusable(ErrorCode.NOT_AVAILABLE, config.dataDir(), e);
    }
  }

  private List<Lease> held(Path dataDir, Request.Attach request) {
    try {
      return store
          .holdExisting(
              dataDir, request.config().name(), leases -> leases.heldBy(request.attachment()))
          .orElse(List.of());
    } catch (IOException e) {
      throw unusable(ErrorCode.IO_FAILURE, dataDir, e);
    }
  }

  /** Goes on when one cannot be released, and fails with the first of them at the end. */
  private static void releaseOthers(Leases leases, Set<Attachment> valid, Set<String> containers)
      throws IOException {
    IOException failure = null;
    for (Lease lease : leases.all()) {
      boolean isValid =
          lease
              .ifName()
              .map(ifName -> valid.contains(new Attachment(lease.containerId(), ifName)))
              .orElse(containers.contains(lease.containerId()));
      if (isValid) {
        continue;
      }
      try {
        leases.release(lease.address());
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static CniException unusable(ErrorCode code, Path dataDir, IOException e) {
    return new CniException(
        code,
        "ipam.dataDir "
            + dataDir
            + " cannot be used: "
            + reason(e)
            + "; it should be a directory that we can write to",
        e);
  }

  /** The reason in words: the JDK's own exceptions have only the file's name for a message. */
  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case FileAlreadyExistsException taken -> taken.getFile() + " is not a directory";
      case NoSuchFileException missing -> missing.getFile() + " does not exist";
      case FileSystemException other -> other.getFile() + ": " + other.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
