package dev.weft.kernel.memory;

import java.util.function.Supplier;

/** The way into a namespace: open or closed, under the kernel's lock, with changes announced. */
final class Gate {
  private final InMemoryKernel kernel;
  private final NetworkStack stack;
  private volatile boolean closed;

  Gate(InMemoryKernel kernel, NetworkStack stack) {
    this.kernel = kernel;
    this.stack = stack;
  }

  void close() {
    closed = true;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this handle of a network namespace is closed");
    }
  }

  <T> T read(Supplier<T> work) {
    requireOpen();
    kernel.lock().lock();
    try {
      return work.get();
    } finally {
      kernel.lock().unlock();
    }
  }

  /** Makes a change that the hook has been told of, unless that refuses it. */
  <T> T change(String operation, Supplier<T> work) {
    return read(
        () -> {
          kernel.announce(stack, operation);
          return work.get();
        });
  }

  void change(String operation, Runnable work) {
    requireOpen();
    kernel.lock().lock();
    try {
      kernel.announce(stack, operation);
      work.run();
    } finally {
      kernel.lock().unlock();
    }
  }
}
