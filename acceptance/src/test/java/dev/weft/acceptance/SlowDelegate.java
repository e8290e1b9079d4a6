package dev.weft.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An IPAM plugin of somebody else's that works until the test lets it end: so long a call of the
 * bridge that asks it is under way.
 */
record SlowDelegate(Path directory) {

  static SlowDelegate on(Node node) {
    SlowDelegate delegate = new SlowDelegate(node.data().resolve("slow"));
    try {
      Files.createDirectories(delegate.directory);
      Files.writeString(
          delegate.directory.resolve("slow"),
          """
          #!/bin/sh
          echo "$CNI_COMMAND" >> '%1$s/calls'
          while [ ! -e '%1$s/go' ]; do sleep 0.05; done
          if [ "$CNI_COMMAND" = ADD ]; then
            echo '{"cniVersion":"1.1.0","ips":[{"address":"10.8.0.9/24"}]}'
          fi
          """
              .formatted(delegate.directory));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.run("chmod", "+x", delegate.directory.resolve("slow").toString()).succeeded();
    return delegate;
  }

  /** The same call, with this as its IPAM plugin. */
  PluginCall of(PluginCall call) {
    return call.set("ipam", "{\"type\":\"slow\"}").with("CNI_PATH", directory.toString());
  }

  /** The verbs that it was asked with. */
  List<String> calls() {
    Path calls = directory.resolve("calls");
    try {
      return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitCalls(int number) {
    Await.until(
        Duration.ofSeconds(30), () -> calls().size() >= number, () -> "it was asked: " + calls());
  }

  /** From now on it ends at once. */
  void go() {
    try {
      Files.writeString(directory.resolve("go"), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
