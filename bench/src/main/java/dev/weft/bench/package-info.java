/**
 * Benchmarks of what every call of a plugin does; {@code java -jar bench/target/benchmarks.jar}.
 */
@NullMarked
package dev.weft.bench;

import org.jspecify.annotations.NullMarked;
