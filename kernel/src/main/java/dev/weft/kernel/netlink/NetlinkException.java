package dev.weft.kernel.netlink;

/**
 * The kernel refused a request, or its answer could not be had or read. What was asked is for the
 * caller to add.
 */
public final class NetlinkException extends Exception {
  private static final long serialVersionUID = 1;

  static final int EBUSY = 16;
  static final int EBADMSG = 74;
  static final int ENOBUFS = 105;
  static final int ETIMEDOUT = 110;

  private final int errno;
  private final int request;
  private final String detail;

  NetlinkException(int errno, String detail) {
    this(errno, 0, detail);
  }

  NetlinkException(int errno, int request, String detail) {
    // Without its stack: it is often an answer like another, such as that there is no such link,
    // and
    // an error that a user sees is the KernelException made of it.
    super(detail.isEmpty() ? "error " + errno : detail, null, false, false);
    this.errno = errno;
    this.request = request;
    this.detail = detail;
  }

  /** What came from the kernel makes no sense. */
  public static NetlinkException malformed(String what) {
    return new NetlinkException(EBADMSG, "the kernel's answer is malformed: " + what);
  }

  /** The kernel's error number, positive. */
  public int errno() {
    return errno;
  }

  /** What the kernel said beside the error number; often nothing: the empty string. */
  public String detail() {
    return detail;
  }

  /** Which request of a transaction it was, counted from 0. */
  public int request() {
    return request;
  }
}
