package dev.weft.agent;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import io.netty.channel.unix.FileDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;

/** Calls as they are after they were answered. */
final class ServedCalls {
  private static final long MILLISECOND = 1_000_000;

  private ServedCalls() {}

  /** After a millisecond in the queue and two in all. */
  static ServedCall good(String plugin, String verb) {
    return of(plugin, verb, "{}", new Reply(0, "", ""));
  }

  static ServedCall failed(String plugin, String verb, ErrorCode code, String message) {
    return of(plugin, verb, "{}", Reply.failure(new CniException(code, message)));
  }

  static ServedCall of(String plugin, String verb, String config, Reply reply) {
    FileDescriptor nothing = new FileDescriptor(0);
    Map<String, String> environment =
        Map.of("CNI_COMMAND", verb, "CNI_CONTAINERID", "c1", "CNI_IFNAME", "eth0");
    byte[] stdin = config.getBytes(StandardCharsets.UTF_8);
    return ServedCall.of(
        new Call(plugin, environment, stdin, nothing, OptionalInt.empty(), 0),
        reply,
        MILLISECOND,
        2 * MILLISECOND);
  }
}
