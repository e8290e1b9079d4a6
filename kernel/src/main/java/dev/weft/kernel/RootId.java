package dev.weft.kernel;

import java.nio.ByteBuffer;

/**
 * What makes a root directory itself: where the same directory is mounted a second time, other
 * things may be mounted below it.
 *
 * @param mount the kernel's number of the mount; 0 before Linux 5.8
 */
record RootId(FileId file, long mount) {

  /** The root of a name, as for {@link FileId#of}. */
  static RootId of(int directory, String name) {
    ByteBuffer status = FileId.status(directory, name);
    // struct statx: stx_mnt_id
    return new RootId(FileId.in(status), status.getLong(0x90));
  }
}
