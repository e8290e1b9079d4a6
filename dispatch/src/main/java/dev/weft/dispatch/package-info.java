/** From an executable's name to the plugin that it runs. */
@NullMarked
package dev.weft.dispatch;

import org.jspecify.annotations.NullMarked;
