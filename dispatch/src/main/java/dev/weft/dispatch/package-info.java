/**
 * From an executable's name to the plugin that it runs, and what is still owed to containers when a
 * call has failed or its process was killed ({@code PendingDeletes}).
 */
@NullMarked
package dev.weft.dispatch;

import org.jspecify.annotations.NullMarked;
