package dev.weft.plugins.bridge;

import dev.weft.cni.Attachment;
import dev.weft.iptables.RuleOwner;
import java.util.HashSet;
import java.util.Set;

/** Attachments as owners of rules on the host. */
final class Owners {
  private Owners() {}

  static RuleOwner of(String network, Attachment attachment) {
    return new RuleOwner(network, attachment.containerId(), attachment.ifName());
  }

  static Set<RuleOwner> of(String network, Set<Attachment> attachments) {
    Set<RuleOwner> owners = new HashSet<>();
    for (Attachment attachment : attachments) {
      owners.add(of(network, attachment));
    }
    return owners;
  }
}
