/**
 * What is still owed to containers when a call has failed or its process was killed. {@code
 * PendingDeletes} is the way by which all whole calls go.
 */
@NullMarked
package dev.weft.pending;

import org.jspecify.annotations.NullMarked;
