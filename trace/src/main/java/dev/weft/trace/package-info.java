/**
 * What becomes of a packet, and why, in the terms of Kubernetes.
 *
 * <p>{@link dev.weft.trace.Tracer} asks the rules of one mode ({@link dev.weft.trace.ModeRules});
 * what a packet may go through is a {@link dev.weft.trace.Course}, which says the same whatever
 * made it.
 */
@NullMarked
package dev.weft.trace;

import org.jspecify.annotations.NullMarked;
