package dev.weft.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A copy of the distribution that a test may move, change and break; the node removes it. */
record Installation(Node node, Path home) {

  /** Copies the distribution as {@code cp -a} does; other executables have none to be copied. */
  static Installation copy(Node node) {
    return copy(node, "copy");
  }

  /** Copies the distribution under a name of its own. */
  static Installation copy(Node node, String name) {
    Path original = Executables.UNDER_TEST.resolve("..").normalize();
    assumeTrue(
        Files.exists(original.resolve("lib/java.options")),
        "skipped: the executables under test are not Weft's distribution");
    Path home = node.data().resolve(name);
    Command.run("cp", "-a", original.toString(), home.toString()).succeeded();
    return new Installation(node, home);
  }

  Path lib(String file) {
    return home.resolve("lib").resolve(file);
  }

  /** Adds a line to the options of the virtual machine. */
  void option(String line) {
    try {
      Files.writeString(lib("java.options"), line + "\n", StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A call of host-local by this copy's executable. */
  PluginCall hostLocal() {
    return PluginCall.of(
            node,
            "host-local",
            """
            {"cniVersion":"1.1.0","name":"start","type":"host-local","ipam":{"type":"host-local",
             "dataDir":"%s/leases","ranges":[[{"subnet":"10.8.0.0/24"}]]}}"""
                .formatted(node.data()))
        .program(home.resolve("bin/host-local"))
        .container("one")
        .pod(node.addPod());
  }

  /** A call of bridge by this copy's executable, with all that pods mostly have. */
  PluginCall bridge() {
    return hostLocal()
        .program(home.resolve("bin/bridge"))
        .with("CNI_PATH", home.resolve("bin").toString())
        .set("bridge", "\"br0\"")
        .set("isDefaultGateway", "true")
        .set("ipMasq", "true");
  }
}
