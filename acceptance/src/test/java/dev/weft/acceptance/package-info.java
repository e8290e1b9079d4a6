/** The distribution seen from outside: executables, real kernel, real runtimes. */
@NullMarked
package dev.weft.acceptance;

import org.jspecify.annotations.NullMarked;
