/** The runtime's side of CNI: network lists, chains of plugins and the cache of their results. */
@NullMarked
package dev.weft.runtime;

import org.jspecify.annotations.NullMarked;
