/**
 * Has the kernel do what Services ask for: {@link dev.weft.iptables.apply.ServiceRules} writes what
 * differs from what it wrote before, and mends what others undid.
 *
 * <p>What carries out the mode iptables is here; {@code modes} leads from each {@link
 * dev.weft.iptables.apply.RulesMode} to its own.
 */
@NullMarked
package dev.weft.iptables.apply;

import org.jspecify.annotations.NullMarked;
