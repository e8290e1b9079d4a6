package dev.weft.kernel;

/** The kernel's errors that a caller may want to tell apart (asm-generic/errno.h). */
public enum Errno {
  EPERM(1, "Operation not permitted"),
  ENOENT(2, "No such file or directory"),
  ESRCH(3, "No such process"),
  EINTR(4, "Interrupted system call"),
  EIO(5, "Input/output error"),
  E2BIG(7, "Argument list too long"),
  ENOEXEC(8, "Exec format error"),
  EBADF(9, "Bad file descriptor"),
  ECHILD(10, "No child processes"),
  EAGAIN(11, "Resource temporarily unavailable"),
  ENOMEM(12, "Cannot allocate memory"),
  EACCES(13, "Permission denied"),
  EBUSY(16, "Device or resource busy"),
  EEXIST(17, "File exists"),
  EXDEV(18, "Invalid cross-device link"),
  ENODEV(19, "No such device"),
  ENOTDIR(20, "Not a directory"),
  EINVAL(22, "Invalid argument"),
  EMFILE(24, "Too many open files"),
  ETXTBSY(26, "Text file busy"),
  ENOSPC(28, "No space left on device"),
  EROFS(30, "Read-only file system"),
  EPIPE(32, "Broken pipe"),
  ERANGE(34, "Numerical result out of range"),
  ENAMETOOLONG(36, "File name too long"),
  ELOOP(40, "Too many levels of symbolic links"),
  EBADMSG(74, "Bad message"),
  EMSGSIZE(90, "Message too long"),
  EPROTONOSUPPORT(93, "Protocol not supported"),
  EOPNOTSUPP(95, "Operation not supported"),
  EAFNOSUPPORT(97, "Address family not supported by protocol"),
  EADDRINUSE(98, "Address already in use"),
  EADDRNOTAVAIL(99, "Cannot assign requested address"),
  ENETDOWN(100, "Network is down"),
  ENETUNREACH(101, "Network is unreachable"),
  ENOBUFS(105, "No buffer space available"),
  ENOTCONN(107, "Transport endpoint is not connected"),
  ETIMEDOUT(110, "Connection timed out"),
  EHOSTUNREACH(113, "No route to host"),
  /** Any other number; the exception's message has it. */
  OTHER(-1, "Unknown error");

  private final int number;
  private final String text;

  Errno(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /** The number on the architectures that share asm-generic: x86, arm64, riscv, s390, ppc64. */
  public int number() {
    return number;
  }

  /** The words that people know it by: those of strerror(3) in English. */
  public String text() {
    return text;
  }

  /** The words for a number, also for one that is not listed here. */
  public static String text(int number) {
    Errno errno = of(number);
    return errno == OTHER ? "Unknown error " + number : errno.text;
  }

  public static Errno of(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno;
      }
    }
    return OTHER;
  }
}
