package dev.weft.kernel;

import dev.weft.kernel.libc.Libc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What makes a file itself, whatever its name: the numbers of its device and its inode. */
record FileId(long device, long inode) {

  /**
   * The file of a name, links followed.
   *
   * @param directory an open one that relative names begin at, or {@link Libc#AT_FDCWD}
   */
  static FileId of(int directory, String name) {
    return in(status(directory, name));
  }

  static FileId in(ByteBuffer status) {
    // struct statx: stx_ino, stx_dev_major, stx_dev_minor
    long device = (long) status.getInt(0x88) << 32 | Integer.toUnsignedLong(status.getInt(0x8c));
    return new FileId(device, status.getLong(0x20));
  }

  /** The {@code struct statx} of a name, as for {@link #of}. */
  static ByteBuffer status(int directory, String name) {
    int descriptor = Libc.openat(directory, name, Libc.O_PATH | Libc.O_CLOEXEC);
    if (descriptor < 0) {
      throw KernelException.because("cannot open " + name, -descriptor);
    }
    try {
      byte[] status = new byte[256];
      int result = Libc.statx(descriptor, status);
      if (result < 0) {
        throw KernelException.because("cannot look at " + name, -result);
      }
      return ByteBuffer.wrap(status).order(ByteOrder.nativeOrder());
    } finally {
      Libc.close(descriptor);
    }
  }
}
