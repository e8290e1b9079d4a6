package dev.weft.kernel;

import dev.weft.kernel.libc.Libc;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;

/** What passes between this process and systemd, or whoever else started it as a service. */
public final class ServiceManager {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int PATH_BYTES = 108;
  private static final int FIRST_INHERITED = 3;

  private ServiceManager() {}

  /**
   * Sends a state, such as {@code READY=1} or {@code STOPPING=1} (sd_notify(3)), if the environment
   * names somebody who waits for it in NOTIFY_SOCKET. Failure is not told: nobody may be waiting.
   */
  public static void tell(Map<String, String> environment, String state) {
    String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    byte[] name = socket.getBytes(StandardCharsets.UTF_8);
    if (name.length == 0 || name.length >= PATH_BYTES) {
      return;
    }
    // struct sockaddr_un; a name that starts with @ is abstract, its first byte zero.
    byte[] address = new byte[2 + name.length + (socket.startsWith("@") ? 0 : 1)];
    address[ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 1] = AF_UNIX;
    System.arraycopy(name, 0, address, 2, name.length);
    if (socket.startsWith("@")) {
      address[2] = 0;
    }
    int descriptor = Libc.socket(AF_UNIX, SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
    if (descriptor >= 0) {
      Libc.sendto(descriptor, state.getBytes(StandardCharsets.UTF_8), address);
      Libc.close(descriptor);
    }
  }

  /**
   * The one socket that a service manager has opened for this process (sd_listen_fds(3)), made not
   * to block. Clients wait there while the process starts.
   */
  public static OptionalInt inheritedSocket(Map<String, String> environment) {
    String pid = Long.toString(ProcessHandle.current().pid());
    if (!environment.getOrDefault("LISTEN_FDS", "").equals("1")
        || !environment.getOrDefault("LISTEN_PID", "").equals(pid)) {
      return OptionalInt.empty();
    }
    Libc.fcntl(FIRST_INHERITED, Libc.F_SETFL, Libc.O_NONBLOCK);
    return OptionalInt.of(FIRST_INHERITED);
  }
}
