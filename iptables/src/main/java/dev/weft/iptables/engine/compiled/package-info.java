/**
 * The same meaning as {@link dev.weft.iptables.engine.Interpreter}, for many packets: rules become
 * a program of words, runs of rules that differ in exact addresses and ports become hash tables,
 * and a packet is a buffer that is used again.
 */
@NullMarked
package dev.weft.iptables.engine.compiled;

import org.jspecify.annotations.NullMarked;
