/** The bridge plugin: pods as ports of a Linux bridge. */
@NullMarked
package dev.weft.plugins.bridge;

import org.jspecify.annotations.NullMarked;
