/** Network addresses as immutable values: what every other module speaks in. */
@NullMarked
package dev.weft.net;

import org.jspecify.annotations.NullMarked;
