package dev.weft.plugins.bridge;

import dev.weft.cni.Attachment;
import dev.weft.cni.Request;
import dev.weft.iptables.Masquerade;
import dev.weft.iptables.RuleOwner;
import dev.weft.iptables.SpoofCheck;
import dev.weft.kernel.Link;
import dev.weft.kernel.NetworkNamespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One GC: removes what a network has beyond the attachments that the runtime knows. */
final class Collect {
  private final Request.Network request;
  private final NetworkNamespace host;
  private final Set<Attachment> valid;

  Collect(Request.Network request, NetworkNamespace host, Set<Attachment> valid) {
    this.request = request;
    this.host = host;
    this.valid = valid;
  }

  void run() {
    String network = request.config().name();
    Set<RuleOwner> owners = Owners.of(network, valid);
    BestEffort steps = new BestEffort();
    steps.attempt(() -> removeLinks(network));
    steps.attempt(() -> Masquerade.on(host, Optional.empty()).retain(network, owners));
    steps.attempt(() -> SpoofCheck.on(host).retain(network, owners));
    steps.attempt(() -> BridgeConfig.ipam(request.config()).ifPresent(request.delegates()::gc));
    steps.finish();
  }

  /** Removes the stale veths, and whatever veth of ours a crash kept from being deleted. */
  private void removeLinks(String network) {
    Set<String> validNames = new HashSet<>();
    for (Attachment attachment : valid) {
      validNames.add(VethMark.of(network, attachment).name());
    }
    List<Integer> stale = new ArrayList<>();
    for (Link link : host.links()) {
      if (VethMark.isDoomed(link)
          || (VethMark.isOf(network, link) && !validNames.contains(link.name()))) {
        stale.add(link.index());
      }
    }
    host.deleteLinks(stale);
  }
}
