/**
 * Where the objects of Services come from, and how their changes arrive: an {@link
 * dev.weft.watch.ObjectSource} tells all objects once and then what changes of them.
 */
@NullMarked
package dev.weft.watch;

import org.jspecify.annotations.NullMarked;
