package dev.weft.iptables;

/**
 * Whose a rule is; written into the rule, so that it is found again without any other record.
 *
 * @param network the CNI network's name
 * @param containerId of the attachment
 * @param ifName of the attachment: a container may have several in one network
 */
public record RuleOwner(String network, String containerId, String ifName) {}
