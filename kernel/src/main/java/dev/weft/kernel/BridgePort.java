package dev.weft.kernel;

/**
 * The attributes of a link as a bridge's port (IFLA_BRPORT_*).
 *
 * @param hairpin whether a frame may leave by the port it came in by
 * @param isolated whether frames between it and other isolated ports are dropped
 */
public record BridgePort(boolean hairpin, boolean isolated) {}
