/**
 * A kernel in memory that answers as Linux does, errors included: for tests, for dry runs and for
 * machines without Linux.
 *
 * <p>{@link dev.weft.kernel.memory.InMemoryKernel} is the door. What it promises is what the tests
 * over {@code NamespaceContract} assert of it and of the real kernel alike. Two things differ on
 * purpose: what Linux does a moment later (duplicate address detection, operational state) has
 * happened here when the operation returns, and MAC addresses that Linux draws at random are
 * counted here.
 */
@NullMarked
package dev.weft.kernel.memory;

import org.jspecify.annotations.NullMarked;
