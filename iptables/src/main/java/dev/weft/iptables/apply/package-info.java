/**
 * Has the kernel do what Services ask for: {@link dev.weft.iptables.apply.ServiceRules} writes what
 * differs from what it wrote before, and mends what others undid.
 *
 * <p>Each {@link dev.weft.iptables.apply.RulesMode} is one class of this package. What Services
 * become in it is compiled in a package of its own, which knows nothing of this one.
 */
@NullMarked
package dev.weft.iptables.apply;

import org.jspecify.annotations.NullMarked;
