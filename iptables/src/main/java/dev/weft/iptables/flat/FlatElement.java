package dev.weft.iptables.flat;

import dev.weft.iptables.ruleset.Origin;
import dev.weft.kernel.NftElement;

/**
 * An element of one of the table's sets, and why it is there.
 *
 * @param set its name
 */
public record FlatElement(String set, NftElement element, Origin origin) {}
