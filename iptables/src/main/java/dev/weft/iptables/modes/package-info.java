/** The modes of Service rules, each with what carries it out. */
@NullMarked
package dev.weft.iptables.modes;

import org.jspecify.annotations.NullMarked;
