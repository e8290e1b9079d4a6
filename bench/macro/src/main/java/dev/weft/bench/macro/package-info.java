/**
 * Benchmarks of whole processes: the same work done by our executables and by those of a peer, in
 * turn, on one machine in one run.
 *
 * <p>Nothing is taken from inside a program. A call is a process as a runtime starts it; its time
 * is that from before its start to after its end, and its CPU time what the operating system
 * accounts for it and the children that it waited for. What an agent spends on our calls is counted
 * with them. What the kernel does later, on threads of its own, is counted for nobody.
 */
@NullMarked
package dev.weft.bench.macro;

import org.jspecify.annotations.NullMarked;
