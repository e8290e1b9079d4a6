package dev.weft.bench.macro;

import dev.weft.kernel.linux.LinuxKernel;
import java.util.ArrayList;
import java.util.List;

/**
 * Pods that are used again and again. To make and remove them beside the calls would cost more than
 * the calls, and the kernel removes a namespace some time after its end, under locks that calls
 * need.
 */
final class PodPool implements AutoCloseable {
  private final LinuxKernel kernel;
  private final List<Pod> pods = new ArrayList<>();

  PodPool(LinuxKernel kernel) {
    this.kernel = kernel;
  }

  /** So many pods, always the same. */
  List<Pod> first(int count) {
    while (pods.size() < count) {
      pods.add(Pod.create(kernel));
    }
    return List.copyOf(pods.subList(0, count));
  }

  @Override
  public void close() {
    pods.forEach(Pod::close);
  }
}
