package dev.weft.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A fresh node with one pod, and what plugins answer there, in a form that two nodes have in
 * common: without what is drawn by lot, and without the names of the node's own things.
 */
final class Scene implements AutoCloseable {
  private final Node node;
  private final Path pod;
  private final List<String> answers = new ArrayList<>();

  Scene(Path bin, String agent) {
    node = Node.create(bin, agent);
    pod = node.addPod();
  }

  Node node() {
    return node;
  }

  Path pod() {
    return pod;
  }

  /** A bridge in layer 3 for both families, called for the pod. */
  PluginCall bridge() {
    return PluginCall.of(
            node,
            "bridge",
            """
            {"cniVersion":"1.1.0","name":"net","type":"bridge","bridge":"br0","isGateway":true,
             "ipMasq":true,"ipam":{"type":"host-local","dataDir":"%s/leases",
             "ranges":[[{"subnet":"10.8.0.0/24"}],[{"subnet":"fd00:8::/64"}]]}}"""
                .formatted(node.data()))
        .container("one")
        .pod(pod);
  }

  /** A pool of one address. */
  PluginCall hostLocal() {
    return bridge()
        .program(node.plugin("host-local"))
        .set(
            "ipam",
            """
            {"type":"host-local","dataDir":"%s/leases","subnet":"10.8.0.0/30"}"""
                .formatted(node.data()));
  }

  /** A file of the node's own, with what shall stand in it. */
  Path write(String name, String content) {
    Path file = node.data().resolve(name);
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes an answer down; the answer as it came. */
  Command.Outcome answer(Command.Outcome outcome) {
    answers.add(
        ("exit code " + outcome.exitCode() + "\n" + outcome.stdout() + "\n" + outcome.stderr())
            .replace(node.data().toString(), "DATA")
            .replace(pod.getFileName().toString(), "POD")
            .replace(node.name(), "NODE")
            .replaceAll("([0-9a-f]{2}:){5}[0-9a-f]{2}", "MAC")
            .replaceAll("/proc/[0-9]+", "/proc/PID"));
    return outcome;
  }

  Command.Outcome answer(PluginCall call, String verb) {
    return answer(call.run(verb));
  }

  List<String> answers() {
    return answers;
  }

  @Override
  public void close() {
    node.close();
  }
}
