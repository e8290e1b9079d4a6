/**
 * What becomes of a packet under a {@link dev.weft.iptables.ruleset.Ruleset}, on a node of which
 * only addresses and routes are known.
 */
@NullMarked
package dev.weft.iptables.engine;

import org.jspecify.annotations.NullMarked;
