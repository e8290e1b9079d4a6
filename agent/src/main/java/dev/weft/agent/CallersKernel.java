package dev.weft.agent;

import dev.weft.kernel.Kernel;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import io.netty.channel.unix.FileDescriptor;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The kernel as the calling process sees it: its own network namespace, and that of the container
 * by the descriptor which it passed, whatever the path means to us.
 */
record CallersKernel(
    LinuxKernel kernel, NetworkNamespace own, Path netns, Optional<FileDescriptor> passed)
    implements Kernel {

  @Override
  public NetworkNamespace open(Path path) {
    return passed.isPresent() && path.equals(netns)
        ? kernel.open(path, passed.get().intValue())
        : kernel.open(path);
  }
}
