package dev.weft.ipam;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Result;
import dev.weft.ipam.lease.Lease;
import dev.weft.ipam.lease.Leases;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Takes addresses for one attachment: one from every range set, or none at all. */
final class Allocation {
  private final HostLocalConfig config;
  private final Leases leases;
  private final Attachment attachment;

  Allocation(HostLocalConfig config, Leases leases, Attachment attachment) {
    this.config = config;
    this.leases = leases;
    this.attachment = attachment;
  }

  /**
   * Takes the addresses.
   *
   * @throws CniException 100 if one is not to be had
   * @throws IOException if the leases cannot be read or written
   */
  List<Result.Ip> take() throws IOException {
    List<Optional<IpAddress>> requests = requestPerSet();
    refuseSecondAdd(requests);
    List<Result.Ip> taken = new ArrayList<>();
    try {
      for (int i = 0; i < config.rangeSets().size(); i++) {
        RangeSet set = config.rangeSets().get(i);
        IpAddress address =
            requests.get(i).isPresent() ? takeRequested(i, requests.get(i).get()) : takeNext(i);
        AddressRange range = set.rangeOf(address).orElseThrow();
        taken.add(
            new Result.Ip(
                new IpPrefix(address, range.subnet().length()),
                Optional.of(range.gateway()),
                OptionalInt.empty()));
      }
    } catch (IOException | RuntimeException e) {
      giveBack(taken, e);
      throw e;
    }
    return taken;
  }

  /** Whether a range set has an address left, orphaned ones included. */
  static boolean hasFree(HostLocalConfig config, int index, Leases leases) throws IOException {
    RangeSet set = config.rangeSets().get(index);
    return next(config, index, leases).isPresent() || !orphans(set, leases).isEmpty();
  }

  private List<Optional<IpAddress>> requestPerSet() {
    Set<IpAddress> left = new HashSet<>(config.requested());
    List<Optional<IpAddress>> requests = new ArrayList<>();
    for (RangeSet set : config.rangeSets()) {
      Optional<IpAddress> request = Optional.empty();
      for (IpAddress address : config.requested()) {
        if (request.isEmpty() && set.contains(address) && left.remove(address)) {
          request = Optional.of(address);
        }
      }
      requests.add(request);
    }
    for (IpAddress address : config.requested()) {
      if (left.contains(address)) {
        throw unavailable(
            address
                + " was asked for, but lies in no range of the network from which no other address"
                + " was asked for");
      }
    }
    return requests;
  }

  /** What the attachment held before the machine was started anew is released instead. */
  private void refuseSecondAdd(List<Optional<IpAddress>> requests) throws IOException {
    for (Lease lease : leases.heldBy(attachment)) {
      if (lease.orphaned()) {
        leases.release(lease.address());
        continue;
      }
      for (int i = 0; i < requests.size(); i++) {
        if (requests.get(i).isEmpty() && config.rangeSets().get(i).contains(lease.address())) {
          throw unavailable(
              "container "
                  + attachment.containerId()
                  + " has "
                  + lease.address()
                  + " for "
                  + attachment.ifName()
                  + " already: a second ADD should come after DEL");
        }
      }
    }
  }

  private IpAddress takeRequested(int index, IpAddress address) throws IOException {
    if (config.gateways().contains(address)) {
      throw unavailable(address + " was asked for, but is a gateway of the network");
    }
    Optional<Lease> holder = leases.at(address);
    if (holder.isPresent() && holder.get().orphaned()) {
      leases.release(address);
    }
    if (!leases.reserve(index, address, attachment)) {
      throw unavailable(
          address
              + " was asked for, but is taken by "
              + holder.map(lease -> "container " + lease.containerId()).orElse("another"));
    }
    return address;
  }

  private IpAddress takeNext(int index) throws IOException {
    RangeSet set = config.rangeSets().get(index);
    boolean reclaimed = false;
    while (true) {
      Optional<IpAddress> next = next(config, index, leases);
      if (next.isPresent() && leases.reserve(index, next.get(), attachment)) {
        return next.get();
      }
      if (next.isEmpty()) {
        if (reclaimed) {
          throw unavailable("no address is free in the range set " + set);
        }
        for (IpAddress orphan : orphans(set, leases)) {
          leases.release(orphan);
        }
        reclaimed = true;
      }
    }
  }

  private void giveBack(List<Result.Ip> taken, Exception reason) {
    for (Result.Ip ip : taken) {
      try {
        leases.release(ip.address().address());
      } catch (IOException e) {
        reason.addSuppressed(e);
      }
    }
  }

  private static Optional<IpAddress> next(HostLocalConfig config, int index, Leases leases)
      throws IOException {
    RangeSet set = config.rangeSets().get(index);
    return RoundRobin.next(set, leases.lastReserved(index), config.gateways(), leases);
  }

  private static List<IpAddress> orphans(RangeSet set, Leases leases) throws IOException {
    List<IpAddress> orphans = new ArrayList<>();
    if (leases.orphans() > 0) {
      for (Lease lease : leases.all()) {
        if (lease.orphaned() && set.contains(lease.address())) {
          orphans.add(lease.address());
        }
      }
    }
    return orphans;
  }

  private static CniException unavailable(String message) {
    return new CniException(ErrorCode.ADDRESS_UNAVAILABLE, message);
  }
}
