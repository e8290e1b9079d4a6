package dev.weft.kernel;

import dev.weft.kernel.libc.Libc;
import dev.weft.kernel.libc.NativeMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program to be run as a child process.
 *
 * <p>The child is born in the namespaces (network, mounts and all others) and the working directory
 * of the thread that runs it, with nothing open but its three standard files, and no signal blocked
 * or ignored (but for two that the C library keeps for itself). No other thread takes part, so none
 * stays behind in a namespace.
 *
 * @param program its path; PATH is not searched
 * @param arguments those after the program's own name, which is its path
 * @param environment all of it; names and values are passed in UTF-8
 * @param stdin what the program can read from its standard input
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record ChildProcess(
    Path program, List<String> arguments, Map<String, String> environment, byte[] stdin) {
  /**
   * How many bytes of each output are kept if nothing else is said: one more than 16 MiB, so that
   * who wants no more than that sees that there was more. The rest is read and thrown away.
   */
  public static final int OUTPUT_LIMIT = (16 << 20) + 1;

  private static final int STATUS_AND_USAGE_BYTES = 8 + 144;
  private static final int EXIT_CODE_OF_A_SIGNAL = 128;

  /**
   * How a child ended.
   *
   * @param exitCode as the program chose it, 0 to 255; 128 and the number of the signal that ended
   *     it, as in a shell
   * @param stdout what was written to its standard output before it ended; children of its own that
   *     outlive it are not waited for
   * @param stderr likewise
   * @param wall from before its start to after its end
   * @param cpu user and system time, to the microsecond, of the child and of those of its own
   *     children that it waited for
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  public record Outcome(int exitCode, byte[] stdout, byte[] stderr, Duration wall, Duration cpu) {}

  /**
   * Runs the program to its end, on the calling thread, which should be a platform thread. Being
   * interrupted does not end the wait.
   *
   * @throws KernelException {@link Errno#ENOENT} if there is no such program, or none to interpret
   *     it; {@link Errno#EACCES} if it may not be executed; {@link Errno#ENOEXEC} if it is no
   *     program (a script must name its interpreter); {@link Errno#ETXTBSY} if somebody is writing
   *     it; {@link Errno#E2BIG} for more than the kernel passes on; {@link Errno#EINVAL} for a text
   *     with a zero inside, or a variable's name with an equals sign that is not its first; {@link
   *     Errno#EMFILE} and others if it cannot be run here and now
   */
  public Outcome run() {
    return run(OUTPUT_LIMIT);
  }

  /**
   * Runs the program as {@link #run()} does.
   *
   * @param outputLimit how many bytes of each output are kept
   */
  public Outcome run(int outputLimit) {
    List<String> command = new ArrayList<>(arguments.size() + 1);
    command.add(program.toString());
    command.addAll(arguments);
    List<String> variables = variables();
    long begun = System.nanoTime();
    try (ChildPipes pipes = ChildPipes.open(program, stdin, outputLimit);
        NativeMemory end = NativeMemory.allocate(STATUS_AND_USAGE_BYTES)) {
      int pid = start(pipes, command, variables);
      boolean served = false;
      try {
        pipes.serve(pid);
        served = true;
      } finally {
        if (!served) {
          Libc.kill(pid, Libc.SIGKILL);
        }
        await(pid, end);
      }
      Duration wall = Duration.ofNanos(System.nanoTime() - begun);
      ByteBuffer fields =
          ByteBuffer.wrap(end.get(STATUS_AND_USAGE_BYTES)).order(ByteOrder.nativeOrder());
      // struct rusage: ru_utime, ru_stime
      Duration cpu = time(fields, 8).plus(time(fields, 24));
      return new Outcome(exitCode(fields.getInt(0)), pipes.stdout(), pipes.stderr(), wall, cpu);
    }
  }

  private List<String> variables() {
    List<String> variables = new ArrayList<>(environment.size());
    environment.forEach(
        (name, value) -> {
          if (name.isEmpty() || name.indexOf('=', 1) >= 0) {
            throw new KernelException(
                Errno.EINVAL,
                program
                    + " cannot be given a variable named \""
                    + name
                    + "\": a name has a character or more, and no equals sign but as the first");
          }
          variables.add(name.concat("=").concat(value));
        });
    return variables;
  }

  private int start(ChildPipes pipes, List<String> command, List<String> variables) {
    int pid;
    try {
      pid = pipes.spawn(command, variables);
    } catch (IllegalArgumentException e) {
      throw new KernelException(Errno.EINVAL, program + " cannot be run: " + e.getMessage(), e);
    }
    if (pid < 0) {
      throw KernelException.because(program + " cannot be run", -pid);
    }
    return pid;
  }

  private void await(int pid, NativeMemory end) {
    int ended = Libc.wait4(pid, end);
    if (ended < 0) {
      throw KernelException.because(program + " ended in an unknown way", -ended);
    }
  }

  /** As in a shell, from a status as wait(2) describes it. */
  private static int exitCode(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? status >> 8 & 0xff : EXIT_CODE_OF_A_SIGNAL + signal;
  }

  /** A {@code struct timeval}. */
  private static Duration time(ByteBuffer fields, int at) {
    return Duration.ofSeconds(fields.getLong(at), fields.getLong(at + Long.BYTES) * 1000);
  }
}
