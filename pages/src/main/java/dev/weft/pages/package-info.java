/** Pages of figures, told by HTTP to people and to Prometheus. */
@NullMarked
package dev.weft.pages;

import org.jspecify.annotations.NullMarked;
