package dev.weft.dispatch;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.NamespaceProbe;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import java.nio.file.Path;

/** Finds out from the kernel what CNI_NETNS leads to. */
record KernelNamespaces(Kernel kernel) implements NamespaceProbe {

  @Override
  public Finding probe(String path) {
    try (NetworkNamespace namespace = kernel.open(Path.of(path))) {
      return namespace.id().equals(kernel.own().id()) ? Finding.OWN : Finding.FOREIGN;
    } catch (KernelException e) {
      return switch (e.errno()) {
        case ENOENT, ENOTDIR, ENAMETOOLONG -> Finding.MISSING;
        case EINVAL -> Finding.NOT_A_NAMESPACE;
        default ->
            throw new CniException(
                ErrorCode.INVALID_NETNS, "CNI_NETNS cannot be opened: " + e.getMessage(), e);
      };
    }
  }
}
