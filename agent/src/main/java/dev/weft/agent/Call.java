package dev.weft.agent;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.OptionalInt;

/**
 * One call of a plugin, as a launcher hands it over.
 *
 * @param stdin the configuration
 * @param fileMask the launcher's file mode creation mask (umask(2))
 * @param process the launcher's directory in {@code /proc}
 * @param netns which of the launcher's descriptors is of what CNI_NETNS names, if that could be
 *     opened
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record Call(
    String plugin,
    Map<String, String> environment,
    byte[] stdin,
    FileDescriptor process,
    OptionalInt netns,
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

  @Override
  public void close() {
    try {
      process.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
