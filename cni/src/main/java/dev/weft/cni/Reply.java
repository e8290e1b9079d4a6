package dev.weft.cni;

/**
 * How a plugin's process ends, whether or not there is a process.
 *
 * @param exitCode 0 for success
 * @param stdout the result or the error object, in UTF-8; empty for nothing
 * @param stderr what the plugin and its delegates logged
 */
public record Reply(int exitCode, String stdout, String stderr) {

  /** An error object for a call that no plugin has seen. */
  public static Reply failure(CniException failure) {
    return ErrorReply.of(failure, CniVersion.newest().text(), "");
  }
}
