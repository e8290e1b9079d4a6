package dev.weft.kernel;

/** The kernel's errors that a caller may want to tell apart (asm-generic/errno.h). */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  ESRCH(3),
  EINTR(4),
  EIO(5),
  E2BIG(7),
  EBADF(9),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EBUSY(16),
  EEXIST(17),
  EXDEV(18),
  ENODEV(19),
  EINVAL(22),
  EMFILE(24),
  ENOSPC(28),
  EROFS(30),
  ERANGE(34),
  ELOOP(40),
  EMSGSIZE(90),
  EPROTONOSUPPORT(93),
  EOPNOTSUPP(95),
  EAFNOSUPPORT(97),
  EADDRINUSE(98),
  EADDRNOTAVAIL(99),
  ENETDOWN(100),
  ENETUNREACH(101),
  ENOBUFS(105),
  ENOTCONN(107),
  ETIMEDOUT(110),
  EHOSTUNREACH(113),
  /** Any other number; the exception's message has it. */
  OTHER(-1);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The number on the architectures that share asm-generic: x86, arm64, riscv, s390, ppc64. */
  public int number() {
    return number;
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
