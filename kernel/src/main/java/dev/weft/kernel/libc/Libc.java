package dev.weft.kernel.libc;

import com.kenai.jffi.ArrayFlags;
import com.kenai.jffi.CallContext;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.nio.charset.StandardCharsets;

/**
 * System calls of Linux, section 2 of its manual.
 *
 * <p>Each answers as the kernel itself does: zero or more is the result, less is an error number
 * negated. A call that a signal interrupts is made again. Constants are those of asm-generic, which
 * x86, arm64, riscv, s390 and ppc64 share as far as they are listed here.
 */
public final class Libc {
  public static final int SOCK_RAW = 3;
  public static final int SOCK_CLOEXEC = 0x80000;

  public static final int SOL_SOCKET = 1;
  public static final int SO_RCVTIMEO = 20;
  public static final int SO_SNDBUFFORCE = 32;
  public static final int SO_RCVBUFFORCE = 33;

  public static final int MSG_TRUNC = 0x20;
  public static final int MSG_DONTWAIT = 0x40;

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_PATH = 0x20_0000;

  public static final int F_SETFL = 4;
  public static final int F_GETPIPE_SZ = 1032;

  public static final int POLLIN = 1;
  public static final int POLLOUT = 4;
  public static final int POLLRDHUP = 0x2000;

  public static final int LOCK_EX = 2;
  public static final int LOCK_NB = 4;

  public static final int SIGKILL = 9;

  public static final int CLONE_FS = 0x200;
  public static final int CLONE_NEWNS = 0x2_0000;
  public static final int CLONE_NEWNET = 0x4000_0000;

  /** For {@link #openat}: the working directory of the calling thread. */
  public static final int AT_FDCWD = -100;

  private static final int EINTR = 4;

  /** One number on every architecture, as all system calls since Linux 5.0 have. */
  private static final int SYS_PIDFD_OPEN = 434;

  /** One to six arguments, each a register wide: all are declared as pointers, numbers too. */
  static final CallContext[] REGISTERS = new CallContext[7];

  private static final Invoker INVOKER = Invoker.getInstance();
  private static final LastError ERROR = LastError.getInstance();

  private static final long SOCKET = symbol("socket");
  private static final long CONNECT = symbol("connect");
  private static final long SETSOCKOPT = symbol("setsockopt");
  private static final long SEND = symbol("send");
  private static final long SENDTO = symbol("sendto");
  private static final long RECV = symbol("recv");
  private static final long OPENAT = symbol("openat");
  private static final long READ = symbol("read");
  private static final long WRITE = symbol("write");
  private static final long CLOSE = symbol("close");
  private static final long IOCTL = symbol("ioctl");
  private static final long FCNTL = symbol("fcntl");
  private static final long PIPE2 = symbol("pipe2");
  private static final long POLL = symbol("poll");
  private static final long FLOCK = symbol("flock");
  private static final long STATX = symbol("statx");
  private static final long SETNS = symbol("setns");
  private static final long SYSCALL = symbol("syscall");
  private static final long WAIT4 = symbol("wait4");
  private static final long KILL = symbol("kill");
  private static final long UNSHARE = symbol("unshare");
  private static final long UMASK = symbol("umask");
  private static final long FCHDIR = symbol("fchdir");
  private static final long CLOCK_GETTIME = symbol("clock_gettime");

  static {
    for (int count = 1; count < REGISTERS.length; count++) {
      Type[] parameters = new Type[count];
      for (int i = 0; i < count; i++) {
        parameters[i] = Type.POINTER;
      }
      REGISTERS[count] = new CallContext(Type.SLONG, parameters);
    }
  }

  private Libc() {}

  public static int socket(int domain, int type, int protocol) {
    return result(INVOKER.invokeL3(REGISTERS[3], SOCKET, domain, type, protocol));
  }

  /** Connects a socket; the address is a {@code sockaddr_*} of its family. */
  public static int connect(int descriptor, byte[] address) {
    return withArray(CONNECT, descriptor, address, ArrayFlags.IN);
  }

  public static int setsockopt(int descriptor, int level, int option, byte[] value) {
    HeapInvocationBuffer arguments = new HeapInvocationBuffer(REGISTERS[5]);
    arguments.putLong(descriptor);
    arguments.putLong(level);
    arguments.putLong(option);
    arguments.putArray(value, 0, value.length, ArrayFlags.IN);
    arguments.putLong(value.length);
    return result(INVOKER.invokeLong(REGISTERS[5], SETSOCKOPT, arguments));
  }

  /** Sends the first bytes of a buffer on a connected socket. */
  public static int send(int descriptor, NativeMemory buffer, int length) {
    int sent;
    do {
      sent = result(INVOKER.invokeL4(REGISTERS[4], SEND, descriptor, buffer.address(), length, 0));
    } while (sent == -EINTR);
    return sent;
  }

  /** Sends a datagram to an address, a {@code sockaddr_*} of the socket's family. */
  public static int sendto(int descriptor, byte[] datagram, byte[] address) {
    int sent;
    do {
      HeapInvocationBuffer arguments = new HeapInvocationBuffer(REGISTERS[6]);
      arguments.putLong(descriptor);
      arguments.putArray(datagram, 0, datagram.length, ArrayFlags.IN);
      arguments.putLong(datagram.length);
      arguments.putLong(0);
      arguments.putArray(address, 0, address.length, ArrayFlags.IN);
      arguments.putLong(address.length);
      sent = result(INVOKER.invokeLong(REGISTERS[6], SENDTO, arguments));
    } while (sent == -EINTR);
    return sent;
  }

  /**
   * Receives one datagram.
   *
   * @param flags of {@code MSG_*}; with {@link #MSG_TRUNC} the result is the datagram's own length,
   *     which may be more than the buffer took
   */
  public static int receive(int descriptor, NativeMemory buffer, int flags) {
    int received;
    do {
      received =
          result(
              INVOKER.invokeL4(
                  REGISTERS[4], RECV, descriptor, buffer.address(), buffer.size(), flags));
    } while (received == -EINTR);
    return received;
  }

  /** Opens a file; none is created. */
  public static int open(String path, int flags) {
    return openat(AT_FDCWD, path, flags);
  }

  /** Creates a file and opens it; fails if there is something of that name. */
  public static int create(String path, int flags, int mode) {
    int createNew = 0x40 | 0x80; // O_CREAT | O_EXCL
    return openat(AT_FDCWD, path, flags | createNew, mode);
  }

  /** Opens a file below an open directory; none is created. */
  public static int openat(int directory, String path, int flags) {
    return openat(directory, path, flags, 0);
  }

  private static int openat(int directory, String path, int flags, int mode) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    int descriptor;
    do {
      HeapInvocationBuffer arguments = new HeapInvocationBuffer(REGISTERS[4]);
      arguments.putLong(directory);
      arguments.putArray(name, 0, name.length, ArrayFlags.IN | ArrayFlags.NULTERMINATE);
      arguments.putLong(flags);
      arguments.putLong(mode);
      descriptor = result(INVOKER.invokeLong(REGISTERS[4], OPENAT, arguments));
    } while (descriptor == -EINTR);
    return descriptor;
  }

  /** A second descriptor of the same open file, closed when a program is executed. */
  public static int duplicate(int descriptor) {
    int duplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    return result(INVOKER.invokeL3(REGISTERS[3], FCNTL, descriptor, duplicateCloseOnExec, 0));
  }

  /** Reads into a buffer; 0 is the end of the file. */
  public static int read(int descriptor, byte[] buffer) {
    return withArray(READ, descriptor, buffer, ArrayFlags.OUT);
  }

  /** Writes a whole buffer, or as much of it as the file takes. */
  public static int write(int descriptor, byte[] buffer) {
    return withArray(WRITE, descriptor, buffer, ArrayFlags.IN);
  }

  /** Reads into the first bytes of a buffer; 0 is the end of the file. */
  public static int read(int descriptor, NativeMemory buffer) {
    int read;
    do {
      read =
          result(INVOKER.invokeL3(REGISTERS[3], READ, descriptor, buffer.address(), buffer.size()));
    } while (read == -EINTR);
    return read;
  }

  /** Writes a part of a buffer, or as much of it as the file takes. */
  public static int write(int descriptor, byte[] buffer, int from, int length) {
    int written;
    do {
      HeapInvocationBuffer arguments = new HeapInvocationBuffer(REGISTERS[3]);
      arguments.putLong(descriptor);
      arguments.putArray(buffer, from, length, ArrayFlags.IN);
      arguments.putLong(length);
      written = result(INVOKER.invokeLong(REGISTERS[3], WRITE, arguments));
    } while (written == -EINTR);
    return written;
  }

  /** Makes a pipe: what is written to the second descriptor can be read from the first. */
  public static int pipe2(int[] descriptors, int flags) {
    HeapInvocationBuffer arguments = new HeapInvocationBuffer(REGISTERS[2]);
    arguments.putArray(descriptors, 0, 2, ArrayFlags.OUT);
    arguments.putLong(flags);
    return result(INVOKER.invokeLong(REGISTERS[2], PIPE2, arguments));
  }

  /** Asks or changes what an open file or its descriptor is ({@code F_*}). */
  public static int fcntl(int descriptor, int command, int argument) {
    return result(INVOKER.invokeL3(REGISTERS[3], FCNTL, descriptor, command, argument));
  }

  /**
   * Waits until one of some files is ready.
   *
   * @param files so many {@code struct pollfd}
   * @param milliseconds how long, or -1 without limit
   */
  public static int poll(NativeMemory files, int count, int milliseconds) {
    int ready;
    do {
      ready = result(INVOKER.invokeL3(REGISTERS[3], POLL, files.address(), count, milliseconds));
    } while (ready == -EINTR);
    return ready;
  }

  /** Closes a descriptor, which is free afterwards whatever the result says. */
  public static int close(int descriptor) {
    return result(INVOKER.invokeL1(REGISTERS[1], CLOSE, descriptor));
  }

  /** An ioctl without a further argument. */
  public static int ioctl(int descriptor, long request) {
    return result(INVOKER.invokeL3(REGISTERS[3], IOCTL, descriptor, request, 0));
  }

  /** Waits for a lock on an open file ({@code LOCK_*}); closing the descriptor gives it back. */
  public static int flock(int descriptor, int operation) {
    int locked;
    do {
      locked = result(INVOKER.invokeL2(REGISTERS[2], FLOCK, descriptor, operation));
    } while (locked == -EINTR);
    return locked;
  }

  /**
   * Fills in the basic {@code struct statx} of an open file and the number of its mount, 256 bytes,
   * the same on every architecture.
   */
  public static int statx(int descriptor, byte[] result) {
    int emptyPath = 0x1000;
    return statx(descriptor, "", emptyPath, result);
  }

  /** The same of a file below an open directory, links followed. */
  public static int statx(int directory, String path, byte[] result) {
    return statx(directory, path, 0, result);
  }

  private static int statx(int directory, String path, int flags, byte[] result) {
    int basicStats = 0x7ff;
    int mountId = 0x1000;
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    HeapInvocationBuffer arguments = new HeapInvocationBuffer(REGISTERS[5]);
    arguments.putLong(directory);
    arguments.putArray(name, 0, name.length, ArrayFlags.IN | ArrayFlags.NULTERMINATE);
    arguments.putLong(flags);
    arguments.putLong(basicStats | mountId);
    arguments.putArray(result, 0, result.length, ArrayFlags.OUT | ArrayFlags.CLEAR);
    return result(INVOKER.invokeLong(REGISTERS[5], STATX, arguments));
  }

  /**
   * Moves the calling thread into a namespace. Only for a platform thread kept for that: what
   * carries a virtual thread would stay there, and every thread started meanwhile is born there.
   */
  public static int setns(int descriptor, int type) {
    return result(INVOKER.invokeL2(REGISTERS[2], SETNS, descriptor, type));
  }

  /** A descriptor, closed on exec, that polls as readable once a process has ended. */
  public static int pidfdOpen(int pid) {
    return result(INVOKER.invokeL3(REGISTERS[3], SYSCALL, SYS_PIDFD_OPEN, pid, 0));
  }

  /**
   * Waits for the end of a child. The child's number is free afterwards.
   *
   * @param end takes the status, an int, and from byte 8 on {@code struct rusage}, 144 bytes
   */
  public static int wait4(int pid, NativeMemory end) {
    int ended;
    do {
      ended =
          result(INVOKER.invokeL4(REGISTERS[4], WAIT4, pid, end.address(), 0, end.address() + 8));
    } while (ended == -EINTR);
    return ended;
  }

  /** Sends a signal to a process. */
  public static int kill(int pid, int signal) {
    return result(INVOKER.invokeL2(REGISTERS[2], KILL, pid, signal));
  }

  /** Gives the calling thread for itself what it shares with others, as {@code CLONE_*} says. */
  public static int unshare(int flags) {
    return result(INVOKER.invokeL1(REGISTERS[1], UNSHARE, flags));
  }

  /** Sets the mask of file permissions of all threads that share it; the one before. */
  public static int umask(int mask) {
    return result(INVOKER.invokeL1(REGISTERS[1], UMASK, mask));
  }

  /** Makes an open directory the working directory of all threads that share it. */
  public static int fchdir(int descriptor) {
    return result(INVOKER.invokeL1(REGISTERS[1], FCHDIR, descriptor));
  }

  /**
   * Reads a clock.
   *
   * @param time takes a {@code struct timespec}, 16 bytes
   */
  public static int clockGetTime(int clock, byte[] time) {
    HeapInvocationBuffer arguments = new HeapInvocationBuffer(REGISTERS[2]);
    arguments.putLong(clock);
    arguments.putArray(time, 0, time.length, ArrayFlags.OUT | ArrayFlags.CLEAR);
    return result(INVOKER.invokeLong(REGISTERS[2], CLOCK_GETTIME, arguments));
  }

  /** A call with a descriptor, an array and the array's length. */
  private static int withArray(long function, int descriptor, byte[] array, int direction) {
    int result;
    do {
      HeapInvocationBuffer arguments = new HeapInvocationBuffer(REGISTERS[3]);
      arguments.putLong(descriptor);
      arguments.putArray(array, 0, array.length, direction);
      arguments.putLong(array.length);
      result = result(INVOKER.invokeLong(REGISTERS[3], function, arguments));
    } while (result == -EINTR);
    return result;
  }

  /** All results fit in an int; what a function that returns int leaves above it means nothing. */
  private static int result(long register) {
    int result = (int) register;
    return result < 0 ? -ERROR.get() : result;
  }

  static long symbol(String name) {
    long address = Library.getDefault().getSymbolAddress(name);
    if (address == 0) {
      throw new UnsatisfiedLinkError("the C library has no function " + name);
    }
    return address;
  }
}
