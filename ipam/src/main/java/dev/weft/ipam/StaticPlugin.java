package dev.weft.ipam;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Plugin;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import java.util.Optional;
import java.util.Set;

/** Gives the addresses that the configuration or the caller names, and remembers nothing. */
public final class StaticPlugin implements Plugin {

  @Override
  public String type() {
    return "static";
  }

  @Override
  public Optional<Set<String>> argumentKeys() {
    return Optional.of(Set.of("IP", "GATEWAY"));
  }

  @Override
  public boolean entersNamespace() {
    return false;
  }

  @Override
  public Result add(Request.Attach request) {
    return StaticConfig.read(request.config(), request.args());
  }

  @Override
  public void del(Request.Detach request) {}

  /** Every address must be in prevResult, with the gateway that is configured for it. */
  @Override
  public void check(Request.Attach request) {
    Result previous = request.config().prevResult().orElse(Result.EMPTY);
    for (Result.Ip wanted : StaticConfig.read(request.config(), request.args()).ips()) {
      if (previous.ips().stream().noneMatch(ip -> matches(wanted, ip))) {
        throw new CniException(
            ErrorCode.CHECK_FAILED,
            "prevResult should have the address "
                + wanted.address()
                + wanted.gateway().map(gateway -> " with gateway " + gateway).orElse("")
                + ", but does not");
      }
    }
  }

  @Override
  public void gc(Request.Network request, Set<Attachment> valid) {}

  /** Addresses may come with the call, so that there is nothing to find wanting before it. */
  @Override
  public void status(Request.Network request) {}

  private static boolean matches(Result.Ip wanted, Result.Ip ip) {
    return ip.address().equals(wanted.address())
        && (wanted.gateway().isEmpty() || wanted.gateway().equals(ip.gateway()));
  }
}
