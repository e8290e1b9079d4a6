package dev.weft.ipam.lease;

import dev.weft.cni.Attachment;
import dev.weft.net.IpAddress;
import java.util.Optional;

/**
 * An address that is taken.
 *
 * @param containerId empty if what bears the address's name cannot be read as a lease
 * @param ifName absent from leases of releases before 0.7 of the reference plugin: they count for
 *     every interface of the container
 * @param orphaned made before the machine was last started: its container cannot be running
 */
public record Lease(
    IpAddress address, String containerId, Optional<String> ifName, boolean orphaned) {

  /** Whether it was made for exactly this interface. */
  public boolean names(Attachment attachment) {
    return containerId.equals(attachment.containerId())
        && ifName.equals(Optional.of(attachment.ifName()));
  }

  /** As {@link #names}, or made for the container when leases did not name the interface. */
  public boolean belongsTo(Attachment attachment) {
    return names(attachment) || (ifName.isEmpty() && containerId.equals(attachment.containerId()));
  }
}
