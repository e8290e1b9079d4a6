/**
 * The resident process: the plugins of {@code dispatch}, kept warm behind a Unix socket.
 *
 * <p>One thread of Netty's speaks with launchers ({@code CallSocket}, {@code CallConnection}).
 * Whole calls wait in {@code CallQueue} for threads that work on them ({@code CallService}), each
 * in the namespaces of the process that called. What an earlier agent has left undone is carried
 * out beside them ({@code Replays}).
 */
@NullMarked
package dev.weft.agent;

import org.jspecify.annotations.NullMarked;
