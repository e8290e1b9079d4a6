package dev.weft.kernel;

import java.util.Optional;

/**
 * A rule of an nftables chain, as far as it takes to find and delete it.
 *
 * @param handle the kernel's number for it, never given twice in one table
 * @param comment as written in the rule; nothing if it has none
 */
public record NftRule(long handle, Optional<String> comment) {}
