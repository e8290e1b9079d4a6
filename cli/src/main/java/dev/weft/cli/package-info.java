/** The program {@code weft}: the runtime's side of CNI, for people and scripts. */
@NullMarked
package dev.weft.cli;

import org.jspecify.annotations.NullMarked;
