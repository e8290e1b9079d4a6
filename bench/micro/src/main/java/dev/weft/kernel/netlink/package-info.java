/** Benchmarks of the codec, in its own package because not all of it is public. */
@NullMarked
package dev.weft.kernel.netlink;

import org.jspecify.annotations.NullMarked;
