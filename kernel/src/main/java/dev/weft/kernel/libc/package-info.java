/**
 * The system calls that networking needs, made through jffi.
 *
 * <p>jffi is the layer that JNR-FFI stands on. Used directly it needs no proxies, no generated
 * classes and no reflection, which is most of what a process that lives for one call would wait
 * for.
 */
@NullMarked
package dev.weft.kernel.libc;

import org.jspecify.annotations.NullMarked;
