package dev.weft.kernel.libc;

import com.kenai.jffi.MemoryIO;

/**
 * Memory outside of Java's heap that system calls read and fill. Its owner frees it and keeps other
 * threads off it.
 */
public final class NativeMemory implements AutoCloseable {
  private static final MemoryIO IO = MemoryIO.getInstance();

  private final int size;
  private long address;

  private NativeMemory(long address, int size) {
    this.address = address;
    this.size = size;
  }

  /** Takes so many bytes, of any content, from the C library. */
  public static NativeMemory allocate(int size) {
    long address = IO.allocateMemory(size, false);
    if (address == 0) {
      throw new OutOfMemoryError("no " + size + " bytes outside of the heap");
    }
    return new NativeMemory(address, size);
  }

  public int size() {
    return size;
  }

  /** Copies bytes to a place here. */
  public void put(int at, byte[] bytes, int length) {
    check(at, length);
    IO.putByteArray(address + at, bytes, 0, length);
  }

  /** Copies the first bytes from here. */
  public byte[] get(int length) {
    check(0, length);
    byte[] bytes = new byte[length];
    IO.getByteArray(address, bytes, 0, length);
    return bytes;
  }

  long address() {
    check(0, 0);
    return address;
  }

  private void check(int at, int length) {
    if (address == 0) {
      throw new IllegalStateException("this memory is freed");
    }
    if (at < 0 || length < 0 || at > size - length) {
      throw new IndexOutOfBoundsException(length + " bytes at " + at + " of " + size);
    }
  }

  @Override
  public void close() {
    if (address != 0) {
      IO.freeMemory(address);
      address = 0;
    }
  }
}
