package dev.weft.kernel;

import org.jspecify.annotations.Nullable;

/** The identity of a namespace: device and inode of its file (namespaces(7)). */
public record NamespaceId(long device, long inode) {

  /**
   * That of an open namespace.
   *
   * @throws KernelException if the descriptor is not open
   */
  public static NamespaceId of(int descriptor) {
    FileId file = FileId.of(descriptor);
    return new NamespaceId(file.device(), file.inode());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NamespaceId that && device == that.device && inode == that.inode;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(inode);
  }
}
