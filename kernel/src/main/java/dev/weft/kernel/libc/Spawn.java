package dev.weft.kernel.libc;

import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * posix_spawn(3): a child of the calling thread, born where that thread is.
 *
 * <p>Java's own way has a program between the two, {@code jspawnhelper}, and awaits the child on a
 * thread that lives on for a minute, in whatever namespace its starter was.
 */
public final class Spawn {
  private static final int EBADF = 9;
  private static final int SIGCHLD = 17;
  private static final int SIG_DFL = 0;

  private static final int POSIX_SPAWN_SETSIGDEF = 0x04;
  private static final int POSIX_SPAWN_SETSIGMASK = 0x08;

  // More than the structures take in any C library; in glibc they are 80, 336 and 128 bytes.
  private static final int FILE_ACTIONS_BYTES = 256;
  private static final int ATTRIBUTES_BYTES = 1024;
  private static final int SIGNAL_SET_BYTES = 128;

  private static final int STANDARD_FILES = 3;

  private static final Invoker INVOKER = Invoker.getInstance();

  private static final long POSIX_SPAWN = Libc.symbol("posix_spawn");
  private static final long ACTIONS_INIT = Libc.symbol("posix_spawn_file_actions_init");
  private static final long ACTIONS_DESTROY = Libc.symbol("posix_spawn_file_actions_destroy");
  private static final long ADD_DUP2 = Libc.symbol("posix_spawn_file_actions_adddup2");

  /** Zero in a C library that does not have it: glibc before 2.34, musl. */
  private static final long ADD_CLOSE_FROM =
      Library.getDefault().getSymbolAddress("posix_spawn_file_actions_addclosefrom_np");

  /** Only read once it is made, and never freed: all signals as by default, none blocked. */
  private static final NativeMemory ATTRIBUTES = attributes();

  static {
    // If whoever started this process has it ignore the signal, the kernel forgets how a child
    // ended. Java does the same before its own first child.
    call(Libc.symbol("signal"), SIGCHLD, SIG_DFL);
  }

  private Spawn() {}

  /**
   * Starts a program. The child shares the caller's namespaces and working directory; no signal is
   * blocked or ignored, and three files are open.
   *
   * <p>Where the C library cannot close the others, it also has those that were opened without
   * O_CLOEXEC; this module opens none such.
   *
   * @param command the program's path, and its arguments
   * @param environment entries of the form NAME=VALUE
   * @param stdin what becomes the child's standard input, and so on; not below 3, where it could be
   *     overwritten before its turn
   * @return the child's number; or, negated, why the kernel does not run the program
   * @throws IllegalArgumentException if a text has a zero inside, which would end it there
   */
  public static int spawn(
      List<String> command, List<String> environment, int stdin, int stdout, int stderr) {
    if (Math.min(stdin, Math.min(stdout, stderr)) < STANDARD_FILES) {
      return -EBADF;
    }
    try (NativeMemory argv = texts(command);
        NativeMemory envp = texts(environment);
        NativeMemory pid = NativeMemory.allocate(Integer.BYTES);
        NativeMemory actions = NativeMemory.allocate(FILE_ACTIONS_BYTES)) {
      int refusal = call(ACTIONS_INIT, actions.address());
      if (refusal != 0) {
        return -refusal;
      }
      refusal = rearrange(actions, stdin, stdout, stderr);
      if (refusal == 0) {
        long path = argv.address() + (command.size() + 1L) * Long.BYTES;
        refusal =
            call(
                POSIX_SPAWN,
                pid.address(),
                path,
                actions.address(),
                ATTRIBUTES.address(),
                argv.address(),
                envp.address());
      }
      call(ACTIONS_DESTROY, actions.address());
      return refusal == 0
          ? ByteBuffer.wrap(pid.get(Integer.BYTES)).order(ByteOrder.nativeOrder()).getInt()
          : -refusal;
    }
  }

  private static int rearrange(NativeMemory actions, int... standardFiles) {
    for (int number = 0; number < STANDARD_FILES; number++) {
      int refusal = call(ADD_DUP2, actions.address(), standardFiles[number], number);
      if (refusal != 0) {
        return refusal;
      }
    }
    return ADD_CLOSE_FROM == 0 ? 0 : call(ADD_CLOSE_FROM, actions.address(), STANDARD_FILES);
  }

  private static NativeMemory attributes() {
    NativeMemory attributes = NativeMemory.allocate(ATTRIBUTES_BYTES);
    try (NativeMemory signals = NativeMemory.allocate(SIGNAL_SET_BYTES)) {
      call(Libc.symbol("posix_spawnattr_init"), attributes.address());
      call(
          Libc.symbol("posix_spawnattr_setflags"),
          attributes.address(),
          POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
      call(Libc.symbol("sigemptyset"), signals.address());
      call(Libc.symbol("posix_spawnattr_setsigmask"), attributes.address(), signals.address());
      call(Libc.symbol("sigfillset"), signals.address());
      call(Libc.symbol("posix_spawnattr_setsigdefault"), attributes.address(), signals.address());
    }
    return attributes;
  }

  /** A vector of pointers that ends with a null, and behind it the texts that they point to. */
  private static NativeMemory texts(List<String> texts) {
    List<byte[]> encoded = new ArrayList<>(texts.size());
    int vector = (texts.size() + 1) * Long.BYTES;
    int size = vector;
    for (String text : texts) {
      if (text.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "no argument or variable has a zero inside, but this does: "
                + text.replace("\0", "\\0"));
      }
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      encoded.add(bytes);
      size = Math.addExact(size, bytes.length + 1);
    }
    NativeMemory memory = NativeMemory.allocate(size);
    ByteBuffer content = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    int at = vector;
    for (int i = 0; i < encoded.size(); i++) {
      byte[] bytes = encoded.get(i);
      content.putLong(i * Long.BYTES, memory.address() + at);
      content.put(at, bytes);
      at += bytes.length + 1;
    }
    memory.put(0, content.array(), size);
    return memory;
  }

  /** Calls a function that returns an int, an error number for most. */
  private static int call(long function, long... arguments) {
    HeapInvocationBuffer buffer = new HeapInvocationBuffer(Libc.REGISTERS[arguments.length]);
    for (long argument : arguments) {
      buffer.putLong(argument);
    }
    return (int) INVOKER.invokeLong(Libc.REGISTERS[arguments.length], function, buffer);
  }
}
