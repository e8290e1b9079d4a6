package dev.weft.kernel;

/**
 * The settings under {@code /proc/sys/net} of one namespace.
 *
 * <p>A key is the path below {@code /proc/sys}, its parts apart, so that an interface name with a
 * dot stays one part: {@code get("net", "ipv4", "conf", "br.5", "forwarding")}.
 */
public interface Sysctl {

  /**
   * The value, without the line end.
   *
   * @throws KernelException with {@link Errno#ENOENT} if there is no such setting
   */
  String get(String... key);

  /**
   * Changes a setting.
   *
   * @throws KernelException with {@link Errno#ENOENT} if there is no such setting, {@link
   *     Errno#EINVAL} if the kernel refuses the value, {@link Errno#EROFS} if it may not be changed
   */
  void set(String value, String... key);

  /** Whether there is such a setting. */
  boolean exists(String... key);
}
