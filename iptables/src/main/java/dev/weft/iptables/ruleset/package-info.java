/**
 * iptables rules as data: a {@link Ruleset} of tables, chains and rules with typed matches and
 * targets, read from what {@code iptables-save} prints and written for {@code iptables-restore}.
 */
@NullMarked
package dev.weft.iptables.ruleset;

import org.jspecify.annotations.NullMarked;
