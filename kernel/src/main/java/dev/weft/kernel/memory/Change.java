package dev.weft.kernel.memory;

import dev.weft.kernel.NamespaceId;

/**
 * An operation that is about to change an {@link InMemoryKernel}.
 *
 * @param number 1 for the first since the hook was set
 * @param namespace in which it was asked for
 * @param operation what it does, for people: {@code create link veth0}
 */
public record Change(long number, NamespaceId namespace, String operation) {}
