/**
 * Keeps the Services of a cluster served on a node, as kube-proxy does: what changes among the
 * objects becomes rules, connections that lead nowhere end, and whoever asks is told how it is.
 */
@NullMarked
package dev.weft.proxy;

import org.jspecify.annotations.NullMarked;
