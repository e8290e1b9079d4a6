/**
 * Benchmarks of what every call of a plugin does; {@code java -jar
 * bench/micro/target/benchmarks.jar}.
 */
@NullMarked
package dev.weft.bench.micro;

import org.jspecify.annotations.NullMarked;
