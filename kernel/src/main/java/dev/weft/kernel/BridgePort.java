package dev.weft.kernel;

/**
 * The attributes of a link as a bridge's port (IFLA_BRPORT_*).
 *
 * @param hairpin whether a frame may leave by the port it came in by
 * @param isolated whether it may speak to other isolated ports
 */
public record BridgePort(boolean hairpin, boolean isolated) {}
