package dev.weft.kernel.linux;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Sysctl;
import dev.weft.kernel.libc.Libc;
import java.nio.charset.StandardCharsets;

/** The settings of one namespace, read and written from inside it: {@code /proc/sys} shows it. */
final class LinuxSysctl implements Sysctl {
  private final NamespaceHandle namespace;

  LinuxSysctl(NamespaceHandle namespace) {
    this.namespace = namespace;
  }

  @Override
  public String get(String... key) {
    String path = path(key);
    return namespace.inside(() -> read(path));
  }

  private String read(String path) {
    int descriptor = open(path, Libc.O_RDONLY, "read");
    try {
      return ProcFile.text(descriptor, failure("read", path));
    } finally {
      Libc.close(descriptor);
    }
  }

  @Override
  public void set(String value, String... key) {
    String path = path(key);
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    int written =
        namespace.inside(
            () -> {
              int descriptor = open(path, Libc.O_WRONLY, "set");
              int count = Libc.write(descriptor, bytes);
              Libc.close(descriptor);
              return count;
            });
    if (written < 0) {
      throw KernelException.because(failure("set", path) + " to '" + value + "'", -written);
    }
  }

  @Override
  public boolean exists(String... key) {
    String path = path(key);
    int descriptor = namespace.inside(() -> Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC));
    if (descriptor >= 0) {
      Libc.close(descriptor);
    }
    return descriptor != -Errno.ENOENT.number();
  }

  private int open(String path, int mode, String verb) {
    int descriptor = Libc.open(path, mode | Libc.O_CLOEXEC);
    if (descriptor < 0) {
      throw KernelException.because(failure(verb, path), -descriptor);
    }
    return descriptor;
  }

  private String failure(String verb, String path) {
    return "cannot " + verb + " " + path + " in " + namespace;
  }

  /** The file of a setting: every part must be one name, so that none leads elsewhere. */
  private static String path(String... key) {
    StringBuilder path = new StringBuilder("/proc/sys");
    for (String part : key) {
      if (part.isEmpty()
          || part.equals(".")
          || part.equals("..")
          || part.indexOf('/') >= 0
          || part.indexOf('\0') >= 0) {
        throw new KernelException(
            Errno.EINVAL,
            "'" + part + "' cannot be part of a sysctl: a name without '/' other than . and ..");
      }
      path.append('/').append(part);
    }
    return path.toString();
  }
}
