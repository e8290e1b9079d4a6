package dev.weft.kernel;

import dev.weft.kernel.libc.Libc;
import dev.weft.kernel.libc.NativeMemory;
import dev.weft.kernel.libc.Spawn;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * The pipes to a child's standard files, all served by one thread until the child ends: none holds
 * up another, and whoever inherited one from the child is not waited for.
 *
 * <p>Files in memory (memfd) would ask for less, but are no stand-in. Under SELinux a program with
 * a domain of its own, such as nft and iptables, may use the pipes of who starts it, and not its
 * files: it would find its input empty, and succeed in doing nothing. And a script that opens
 * /dev/stderr to write there would empty the file first.
 */
final class ChildPipes implements AutoCloseable {
  /** As much as a pipe holds unless it is told otherwise. */
  private static final int CHUNK = 1 << 16;

  private static final int CLOSED = -1;

  // struct pollfd: fd, events, revents
  private static final int POLLFD_BYTES = 8;
  private static final int POLLED = 4;

  private final Path program;
  private final byte[] input;
  private final int outputLimit;
  private int written;
  private final Pipe stdin = new Pipe();
  private final Pipe stdout = new Pipe();
  private final Pipe stderr = new Pipe();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  private ChildPipes(Path program, byte[] input, int outputLimit) {
    this.program = program;
    this.input = input;
    this.outputLimit = outputLimit;
  }

  /**
   * Makes the pipes and fills the first.
   *
   * @param program named in what is thrown
   * @param input what the child is to read
   * @param outputLimit how many bytes of each output are kept
   */
  static ChildPipes open(Path program, byte[] input, int outputLimit) {
    ChildPipes pipes = new ChildPipes(program, input, outputLimit);
    try {
      pipes.open(pipes.stdin);
      pipes.open(pipes.stdout);
      pipes.open(pipes.stderr);
      pipes.unblock(pipes.stdin.writer);
      pipes.unblock(pipes.stdout.reader);
      pipes.unblock(pipes.stderr.reader);
      pipes.feed();
      return pipes;
    } catch (RuntimeException | Error e) {
      pipes.close();
      throw e;
    }
  }

  /** Starts the child; the ends that are its own are closed here. See {@link Spawn#spawn}. */
  int spawn(List<String> command, List<String> environment) {
    int pid = Spawn.spawn(command, environment, stdin.reader, stdout.writer, stderr.writer);
    stdin.closeReader();
    stdout.closeWriter();
    stderr.closeWriter();
    return pid;
  }

  /** Feeds the child and collects what it writes until it ends. */
  void serve(int pid) {
    int end = require("its end cannot be watched", Libc.pidfdOpen(pid));
    try (NativeMemory files = NativeMemory.allocate(POLLED * POLLFD_BYTES);
        NativeMemory chunk = NativeMemory.allocate(CHUNK)) {
      boolean ended = false;
      while (!ended) {
        ByteBuffer ready = poll(files, end);
        if (isReady(ready, 0)) {
          feed();
        }
        if (isReady(ready, 1)) {
          drain(stdout, output, chunk);
        }
        if (isReady(ready, 2)) {
          drain(stderr, errors, chunk);
        }
        ended = isReady(ready, 3);
      }
      drainRest(stdout, output, chunk);
      drainRest(stderr, errors, chunk);
    } finally {
      Libc.close(end);
    }
  }

  byte[] stdout() {
    return output.toByteArray();
  }

  byte[] stderr() {
    return errors.toByteArray();
  }

  @Override
  public void close() {
    stdin.close();
    stdout.close();
    stderr.close();
  }

  private ByteBuffer poll(NativeMemory files, int end) {
    ByteBuffer wanted = ByteBuffer.allocate(POLLED * POLLFD_BYTES).order(ByteOrder.nativeOrder());
    wanted.putInt(stdin.writer).putShort((short) Libc.POLLOUT).putShort((short) 0);
    for (int file : new int[] {stdout.reader, stderr.reader, end}) {
      wanted.putInt(file).putShort((short) Libc.POLLIN).putShort((short) 0);
    }
    files.put(0, wanted.array(), files.size());
    require("its end cannot be awaited", Libc.poll(files, POLLED, -1));
    return ByteBuffer.wrap(files.get(files.size())).order(ByteOrder.nativeOrder());
  }

  /** Whether there is something to be done with a file; never with one that is closed. */
  private static boolean isReady(ByteBuffer files, int index) {
    return files.getShort(index * POLLFD_BYTES + 6) != 0;
  }

  /** Writes as much as the pipe takes, and closes it at the end of the input. */
  private void feed() {
    while (written < input.length) {
      int length = Math.min(CHUNK, input.length - written);
      int more = Libc.write(stdin.writer, input, written, length);
      if (more == -Errno.EAGAIN.number()) {
        return;
      }
      if (more < 0) {
        break; // the child does not want to know: its answer says what it thinks
      }
      written += more;
    }
    stdin.closeWriter();
  }

  /** Reads once. The result is zero if nothing is left. */
  private int drain(Pipe pipe, ByteArrayOutputStream sink, NativeMemory chunk) {
    int length = Libc.read(pipe.reader, chunk);
    if (length == -Errno.EAGAIN.number()) {
      return 0;
    }
    if (require("its output cannot be read", length) == 0) {
      pipe.closeReader();
    }
    int kept = Math.min(length, outputLimit - sink.size());
    sink.write(chunk.get(kept), 0, kept);
    return length;
  }

  /** Reads what an ended child left, and little more of what others may go on to write. */
  private void drainRest(Pipe pipe, ByteArrayOutputStream sink, NativeMemory chunk) {
    if (pipe.reader == CLOSED) {
      return;
    }
    int left = Libc.fcntl(pipe.reader, Libc.F_GETPIPE_SZ, 0);
    while (left > 0) {
      int length = drain(pipe, sink, chunk);
      left = length == 0 ? 0 : left - length;
    }
  }

  private void open(Pipe pipe) {
    int[] ends = new int[2];
    require("no pipe can be made", Libc.pipe2(ends, Libc.O_CLOEXEC));
    pipe.reader = ends[0];
    pipe.writer = ends[1];
  }

  private void unblock(int descriptor) {
    require("a pipe is refused", Libc.fcntl(descriptor, Libc.F_SETFL, Libc.O_NONBLOCK));
  }

  private int require(String otherwise, int result) {
    if (result < 0) {
      throw KernelException.because(program + " cannot be run: " + otherwise, -result);
    }
    return result;
  }

  private static final class Pipe {
    private int reader = CLOSED;
    private int writer = CLOSED;

    void closeReader() {
      reader = closed(reader);
    }

    void closeWriter() {
      writer = closed(writer);
    }

    void close() {
      closeReader();
      closeWriter();
    }

    private static int closed(int descriptor) {
      if (descriptor != CLOSED) {
        Libc.close(descriptor);
      }
      return CLOSED;
    }
  }
}
