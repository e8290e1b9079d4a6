package dev.weft.agent;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/**
 * One call of a plugin, as a launcher hands it over.
 *
 * @param stdin the configuration
 * @param fileMask the launcher's file mode creation mask (umask(2))
 * @param process the launcher's directory in {@code /proc}
 * @param passed what CNI_NETNS names, if that could be opened; else something of no meaning
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record Call(
    String plugin,
    Map<String, String> environment,
    byte[] stdin,
    FileDescriptor process,
    FileDescriptor passed,
    boolean hasNetns,
    int fileMask)
    implements AutoCloseable {

  /** The verb, or what the launcher has in its place. */
  String command() {
    return environment.getOrDefault("CNI_COMMAND", "");
  }

  /** The container, or nothing for calls that are about none. */
  String container() {
    return environment.getOrDefault("CNI_CONTAINERID", "");
  }

  /** What CNI_NETNS names. */
  Optional<FileDescriptor> netns() {
    return hasNetns ? Optional.of(passed) : Optional.empty();
  }

  @Override
  public void close() {
    try {
      process.close();
      passed.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
