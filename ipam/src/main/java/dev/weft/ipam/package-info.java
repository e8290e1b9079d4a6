/**
 * Address management: which pod has which address (plugins {@code host-local} and {@code static}).
 */
@NullMarked
package dev.weft.ipam;

import org.jspecify.annotations.NullMarked;
