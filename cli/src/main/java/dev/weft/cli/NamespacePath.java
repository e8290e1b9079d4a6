package dev.weft.cli;

import dev.weft.kernel.KernelException;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import java.nio.file.Path;

/** Network namespaces as people name them. */
final class NamespacePath {
  /** Where ip-netns(8) keeps names. */
  private static final String NAMED = "/run/netns/";

  private NamespacePath() {}

  /** An absolute path: a name without '/' is one that {@code ip netns} knows. */
  static String of(String text) {
    return text.indexOf('/') < 0
        ? NAMED + text
        : Path.of(text).toAbsolutePath().normalize().toString();
  }

  static boolean leadsToNamespace(String path) {
    if (path.isEmpty()) {
      return false;
    }
    try (NetworkNamespace opened = new LinuxKernel().open(Path.of(path))) {
      return opened.id().inode() != 0;
    } catch (KernelException e) {
      return false;
    }
  }
}
