package dev.weft.cni;

/**
 * Which attachment of a network: one container may have several, by different interface names.
 *
 * @param containerId as the runtime gave it; letters, digits, {@code _ . -}
 * @param ifName the interface in the container
 */
public record Attachment(String containerId, String ifName) {}
