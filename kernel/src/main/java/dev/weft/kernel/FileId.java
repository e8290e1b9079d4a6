package dev.weft.kernel;

import dev.weft.kernel.libc.Libc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What makes a file itself, whatever its name: the numbers of its device and its inode. */
public record FileId(long device, long inode) {

  /**
   * The file that the calling thread sees at a path, links followed.
   *
   * @throws KernelException if there is none
   */
  public static FileId of(Path path) {
    return of(Libc.AT_FDCWD, path.toString());
  }

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
    byte[] status = new byte[256];
    int result = Libc.statx(directory, name, status);
    if (result < 0) {
      throw KernelException.because("cannot look at " + name, -result);
    }
    return ByteBuffer.wrap(status).order(ByteOrder.nativeOrder());
  }

  /** An open file. */
  static FileId of(int descriptor) {
    byte[] status = new byte[256];
    int result = Libc.statx(descriptor, status);
    if (result < 0) {
      throw KernelException.because("cannot look at an open file", -result);
    }
    return in(ByteBuffer.wrap(status).order(ByteOrder.nativeOrder()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileId that && device == that.device && inode == that.inode;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(inode);
  }
}
