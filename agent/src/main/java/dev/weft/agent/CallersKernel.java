package dev.weft.agent;

import dev.weft.kernel.CallingProcess;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.linux.LinuxKernel;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * The kernel as the calling process sees it: its own network namespace, and that of the container
 * by the descriptor which it has of it, whatever the path means to us.
 */
record CallersKernel(
    LinuxKernel kernel,
    NetworkNamespace own,
    CallingProcess caller,
    Path netns,
    OptionalInt descriptor)
    implements Kernel {

  @Override
  public NetworkNamespace open(Path path) {
    return descriptor.isPresent() && path.equals(netns)
        ? caller.openNetwork(kernel::open, path, descriptor.getAsInt())
        : kernel.open(path);
  }
}
