package dev.weft.ipam;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The reference project's own host-local, if it is installed.
 *
 * @param json the configuration's keys beside cniVersion, name and type, without braces
 */
record ReferencePlugin(String json) {
  private static final Path PROGRAM = Path.of("/usr/lib/cni/host-local");

  static ReferencePlugin of(String json) {
    assumeTrue(Files.isExecutable(PROGRAM), PROGRAM + " is not installed: nothing to compare with");
    return new ReferencePlugin(json.replace('\'', '"'));
  }

  /** The first address of an ADD's result; empty if it failed. */
  Optional<String> add(String container) throws IOException, InterruptedException {
    Optional<Json.Obj> result = call("ADD", container);
    if (result.isEmpty()
        || !(result.get().find("ips").orElseThrow() instanceof Json.Arr ips)
        || !(ips.elements().getFirst() instanceof Json.Obj ip)
        || !(ip.find("address").orElseThrow() instanceof Json.Str(String address))) {
      return Optional.empty();
    }
    return Optional.of(address);
  }

  boolean del(String container) throws IOException, InterruptedException {
    return call("DEL", container).isPresent();
  }

  boolean check(String container) throws IOException, InterruptedException {
    return call("CHECK", container).isPresent();
  }

  private Optional<Json.Obj> call(String command, String container)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(PROGRAM.toString()).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "CNI_COMMAND", command,
                "CNI_CONTAINERID", container,
                "CNI_NETNS", "/run/netns/none",
                "CNI_IFNAME", "eth0",
                "CNI_PATH", "/usr/lib/cni"));
    Process process = builder.start();
    try (OutputStream stdin = process.getOutputStream()) {
      String config =
          "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"type\":\"host-local\"," + json + "}";
      stdin.write(config.getBytes(StandardCharsets.UTF_8));
    }
    byte[] answer = process.getInputStream().readAllBytes();
    if (process.waitFor() != 0) {
      return Optional.empty();
    }
    return Optional.of(
        answer.length == 0 ? Json.Obj.EMPTY : JsonText.readObject(answer, "the answer"));
  }
}
