/**
 * From what a node must serve to the rules that do it. Pure: the same Services make the same rules,
 * and each rule says which Service it is of, and which of its wishes it carries out.
 */
@NullMarked
package dev.weft.iptables.compile;

import org.jspecify.annotations.NullMarked;
