package dev.weft.kernel;

import org.jspecify.annotations.Nullable;

/** The identity of a namespace: device and inode of its file (namespaces(7)). */
public record NamespaceId(long device, long inode) {

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NamespaceId that && device == that.device && inode == that.inode;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(inode);
  }
}
