package dev.weft.services;

import java.util.Optional;

/**
 * Which node this is, for the choice of endpoints.
 *
 * @param zone the label {@code topology.kubernetes.io/zone}
 */
public record NodeIdentity(String name, Optional<String> zone) {}
