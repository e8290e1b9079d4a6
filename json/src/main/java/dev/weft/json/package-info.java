/** Documents as trees of plain data, and JSON as their text. */
@NullMarked
package dev.weft.json;

import org.jspecify.annotations.NullMarked;
