/**
 * nftables rules as data: what a rule computes, what it does, and tables made of such rules. The
 * kernel is told them as they are, without the {@code nft} program; their texts are in its
 * language.
 */
@NullMarked
package dev.weft.kernel.nft;

import org.jspecify.annotations.NullMarked;
