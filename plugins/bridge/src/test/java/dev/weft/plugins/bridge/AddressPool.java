package dev.weft.plugins.bridge;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.Delegates;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Result;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An IPAM plugin in memory: gives each attachment the next address of every subnet. */
final class AddressPool {
  private final List<IpPrefix> subnets;
  private final List<Result.Route> routes = new ArrayList<>();
  private final Map<Attachment, Integer> held = new LinkedHashMap<>();
  private final List<String> calls = new ArrayList<>();
  private boolean namesGateways;
  private @Nullable CniException failure;

  AddressPool(String... subnets) {
    List<IpPrefix> parsed = new ArrayList<>();
    for (String subnet : subnets) {
      parsed.add(IpPrefix.of(subnet));
    }
    this.subnets = parsed;
  }

  /** Adds a route to every answer. */
  AddressPool route(Result.Route route) {
    routes.add(route);
    return this;
  }

  /** Makes every answer say the gateways, instead of leaving them to the bridge. */
  AddressPool naming() {
    namesGateways = true;
    return this;
  }

  /** Makes all calls from now on fail, after they have done their work. */
  void failWith(int code, String message) {
    failure = new CniException(code, message, "", null);
  }

  synchronized Set<Attachment> holders() {
    return Set.copyOf(held.keySet());
  }

  synchronized boolean isEmpty() {
    return held.isEmpty();
  }

  /** The verbs that were delegated, in order. */
  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  Delegates delegates(Optional<Attachment> attachment) {
    return new Delegates() {
      @Override
      public Result add(String type) {
        called("ADD");
        return answer(hold(attachment.orElseThrow()));
      }

      @Override
      public void del(String type) {
        release(attachment.orElseThrow());
        called("DEL");
      }

      @Override
      public void check(String type) {
        called("CHECK");
        if (!held.containsKey(attachment.orElseThrow())) {
          throw new CniException(ErrorCode.CHECK_FAILED, "nothing is held");
        }
      }

      @Override
      public void gc(String type) {
        called("GC");
      }

      @Override
      public void status(String type) {
        called("STATUS");
      }
    };
  }

  private synchronized void called(String verb) {
    calls.add(verb);
    if (failure != null) {
      throw failure;
    }
  }

  private synchronized int hold(Attachment attachment) {
    int number = held.values().stream().mapToInt(n -> n).max().orElse(1) + 1;
    held.put(attachment, number);
    return number;
  }

  private synchronized void release(Attachment attachment) {
    held.remove(attachment);
  }

  private Result answer(int number) {
    List<Result.Ip> ips = new ArrayList<>();
    for (IpPrefix subnet : subnets) {
      Optional<IpAddress> gateway =
          namesGateways ? Optional.of(subnet.first().plus(1)) : Optional.empty();
      IpPrefix address = new IpPrefix(subnet.first().plus(number), subnet.length());
      ips.add(new Result.Ip(address, gateway, OptionalInt.empty()));
    }
    return new Result(List.of(), ips, routes, Result.Dns.NONE);
  }
}
