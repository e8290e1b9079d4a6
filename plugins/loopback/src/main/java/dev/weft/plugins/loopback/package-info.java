/** The loopback plugin: a pod's own interface {@code lo}. */
@NullMarked
package dev.weft.plugins.loopback;

import org.jspecify.annotations.NullMarked;
