package dev.weft.acceptance;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Calls of every kind, each a fresh scene's: what succeeds, what fails, and what nobody expects.
 */
final class Deeds {
  private static final List<String> VERSIONS =
      List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  /** Tells what it was started with, as an IPAM plugin of somebody else's. */
  private static final String TELLING =
      """
      #!/bin/sh
      {
        env | grep -v ^WEFT_AGENT= | sort
        pwd
        umask
        ip netns identify $$
        ls /proc/self/fd
        grep -E '^Sig(Blk|Ign)' /proc/self/status
        ls "$MOUNTED"
        cat
      } >&2
      echo '{"cniVersion":"1.1.0","ips":[{"address":"10.8.0.77/24","gateway":"10.8.0.1"}]}'
      """;

  /** Who serves a call on a node that has an agent. */
  enum Served {
    BY_THE_AGENT,
    STANDALONE
  }

  interface Deed {
    void on(Scene scene);
  }

  private static Arguments deed(String what, Deed deed) {
    return arguments(what, Served.BY_THE_AGENT, deed);
  }

  private static Arguments deedForNoAgent(String what, Deed deed) {
    return arguments(what, Served.STANDALONE, deed);
  }

  private Deeds() {}

  static Stream<Arguments> lives() {
    return Stream.of(
        deed("a pod's life", Deeds::life),
        deed(
            "files",
            scene -> {
              scene.answer(scene.bridge(), "ADD");
              scene.answer(files(scene));
              scene.answer(scene.bridge(), "DEL");
              scene.answer(files(scene));
            }),
        deed(
            "results of every version",
            scene -> {
              for (String version : VERSIONS) {
                PluginCall call = scene.bridge().set("cniVersion", '"' + version + '"');
                scene.answer(call, "ADD");
                scene.answer(call, "DEL");
              }
            }),
        deed(
            "loopback",
            scene -> {
              PluginCall call =
                  scene.bridge().program(scene.node().plugin("loopback")).with("CNI_IFNAME", "lo");
              for (String verb : List.of("ADD", "CHECK", "STATUS", "DEL", "VERSION")) {
                scene.answer(call, verb);
              }
            }),
        deed(
            "GC",
            scene -> {
              scene.answer(scene.bridge(), "ADD");
              PluginCall gc = scene.bridge().without("CNI_CONTAINERID").without("CNI_IFNAME");
              scene.answer(gc, "GC");
              scene.answer(gc.set("cni.dev/valid-attachments", "[]"), "GC");
              scene.answer(files(scene));
            }),
        deed(
            "a pod whose namespace is gone",
            scene -> {
              scene.answer(scene.bridge(), "ADD");
              scene.node().removePod(scene.pod());
              scene.answer(scene.bridge(), "CHECK");
              scene.answer(scene.bridge(), "DEL");
              scene.answer(scene.bridge().without("CNI_NETNS"), "DEL");
            }));
  }

  private static void life(Scene scene) {
    PluginCall call = scene.bridge();
    String result = scene.answer(call, "ADD").succeeded().stdout();
    scene.answer(call.set("prevResult", result), "CHECK");
    scene.answer(call.set("prevResult", result.replace("10.8.0.2", "10.8.0.3")), "CHECK");
    scene.answer(call, "STATUS");
    scene.answer(call, "ADD");
    scene.answer(call.with("CNI_IFNAME", "eth1"), "ADD");
    scene.answer(call.set("prevResult", result), "DEL");
    scene.answer(call, "DEL");
    scene.answer(call.with("CNI_IFNAME", "eth1").without("CNI_NETNS"), "DEL");
  }

  private static Command.Outcome files(Scene scene) {
    String find = "find " + scene.node().data() + " -printf '%m %u %y %p\n' | sort";
    return Command.run("sh", "-c", find);
  }

  static Stream<Arguments> environments() {
    return Stream.of(
        deed(
            "VERSION",
            scene -> {
              scene.answer(scene.bridge(), "VERSION");
              scene.answer(scene.bridge().config("{\"cniVersion\":\"0.4.0\"}"), "VERSION");
              scene.answer(scene.bridge().config(""), "VERSION");
              scene.answer(scene.bridge().config("{\"cniVersion\":"), "VERSION");
              scene.answer(scene.bridge().container("").pod(Path.of("dummy")), "VERSION");
            }),
        deed(
            "no command",
            scene -> {
              for (String plugin : List.of("bridge", "host-local", "loopback", "static")) {
                scene.answer(scene.bridge().program(scene.node().plugin(plugin)), "");
              }
            }),
        deed(
            "a name that is no plugin",
            scene -> {
              Path link = scene.node().data().resolve("tin\"ker");
              symlink(link, scene.node().plugin("weft"));
              scene.answer(scene.bridge().program(link), "ADD");
              scene.answer(scene.bridge().program(link), "VERSION");
              scene.answer(scene.bridge().program(link), "");
            }),
        deed(
            "verbs and variables",
            scene -> {
              scene.answer(scene.bridge(), "add");
              for (String verb : List.of("ADD", "DEL", "CHECK", "GC", "STATUS")) {
                PluginCall call = scene.bridge();
                for (String variable :
                    List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH")) {
                  call = call.without(variable);
                  scene.answer(call, verb);
                }
              }
              scene.answer(scene.bridge().with("CNI_CONTAINERID", "../x"), "ADD");
              scene.answer(scene.bridge().with("CNI_CONTAINERID", "ü\n\\\""), "ADD");
              scene.answer(scene.bridge().with("CNI_IFNAME", "a/b"), "ADD");
              scene.answer(scene.bridge().with("CNI_PATH", "/nowhere"), "ADD");
              scene.answer(scene.bridge().with("CNI_ARGS", "K8S_POD_NAME=web"), "ADD");
              scene.answer(scene.bridge().with("CNI_ARGS", "IgnoreUnknown=1;X=y"), "ADD");
            }),
        deed(
            "namespaces",
            scene -> {
              for (String verb : List.of("ADD", "DEL")) {
                for (Path netns :
                    List.of(
                        Path.of("/proc/self/ns/net"),
                        Path.of("/proc/thread-self/ns/net"),
                        Path.of("/proc/self/ns/mnt"),
                        Path.of("/dev/null"),
                        Path.of("/proc/1/root/nowhere"),
                        Path.of("/run/netns/missing"),
                        Path.of("/etc/passwd"),
                        Path.of("/etc/passwd/below"),
                        Path.of("/etc"))) {
                  scene.answer(scene.bridge().pod(netns), verb);
                  scene.answer(scene.hostLocal().pod(netns), verb);
                }
              }
            }),
        deed(
            "the own namespace where that is allowed",
            scene -> {
              PluginCall call =
                  scene.bridge().with("CNI_NETNS_OVERRIDE", "1").pod(Path.of("/proc/self/ns/net"));
              scene.answer(call, "ADD");
              scene.answer(call, "DEL");
            }),
        deed(
            "a relative path to the namespace",
            scene -> {
              PluginCall call = scene.bridge().pod(Path.of(scene.pod().getFileName().toString()));
              List<String> from = List.of("sh", "-c", "cd /run/netns && exec \"$0\"");
              scene.answer(call.runBy(from, "ADD"));
              scene.answer(call.runBy(from, "DEL"));
              scene.answer(call, "ADD");
            }));
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        deed(
            "1",
            scene -> {
              scene.answer(scene.bridge().set("cniVersion", "\"9.9.9\""), "ADD");
              scene.answer(scene.bridge().set("cniVersion", "\"0.3.1\""), "CHECK");
              scene.answer(scene.bridge().set("cniVersion", "\"1.0.0\""), "GC");
            }),
        deed("2", scene -> scene.answer(scene.bridge().set("vlan", "7").set("mtu", "1400"), "ADD")),
        deed(
            "5",
            scene -> {
              String below = scene.write("file", "").resolve("below").toString();
              String ipam =
                  "{\"type\":\"host-local\",\"subnet\":\"10.8.0.0/24\",\"dataDir\":\"%s\"}";
              scene.answer(scene.bridge().set("ipam", ipam.formatted(below)), "ADD");
              scene.answer(scene.bridge().set("ipam", ipam.formatted("/proc/self/x")), "ADD");
            }),
        deed(
            "7",
            scene -> {
              scene.answer(scene.bridge().set("mtu", "\"large\""), "ADD");
              scene.answer(scene.bridge().set("ipam", "{\"type\":\"../x\"}"), "ADD");
              scene.answer(scene.bridge().set("name", "\"nul\\u0000\""), "DEL");
            }),
        deed(
            "50 and 100",
            scene -> {
              scene.answer(scene.hostLocal(), "STATUS");
              scene.answer(scene.hostLocal().container("other"), "ADD");
              scene.answer(scene.hostLocal(), "STATUS");
              scene.answer(scene.hostLocal(), "ADD");
              scene.answer(scene.bridge().set("args", "{\"cni\":{\"ips\":[\"10.9.0.1\"]}}"), "ADD");
            }),
        deed(
            "102",
            scene -> {
              String routes =
                  "\"routes\":[{\"dst\":\"10.9.0.0/16\",\"gw\":\"10.99.0.1\"}],\"ranges\"";
              PluginCall call = scene.bridge();
              call = call.config(call.config().replace("\"ranges\"", routes));
              scene.answer(call, "ADD");
              scene.answer(scene.bridge().set("bridge", "\"lo\""), "ADD");
            }));
  }

  static Stream<Arguments> inputs() {
    return Stream.of(
        deed(
            "no JSON object",
            scene -> {
              for (String text :
                  List.of("", " \n", "[]", "{\"name\":\"ne", "{}{}", "{\"a\":\0}", "{} // no")) {
                scene.answer(scene.bridge().config(text), "ADD");
                scene.answer(scene.bridge().config(text), "DEL");
              }
            }),
        deed(
            "200 KB",
            scene -> {
              PluginCall call = scene.bridge().set("comment", '"' + "ü\\\\".repeat(50 << 10) + '"');
              scene.answer(call, "ADD");
              scene.answer(call, "DEL");
            }),
        deed(
            "no UTF-8",
            scene ->
                scene.answer(
                    scene
                        .bridge()
                        .runBy(
                            List.of("sh", "-c", "printf '{\"name\":\"\\377\"}' | exec \"$0\""),
                            "ADD"))),
        deed(
            "descriptors that are of no use",
            scene -> {
              for (String redirection :
                  List.of("</dev/null", ">/dev/full", "2>&-", "2>/dev/full")) {
                redirected(scene, redirection, "ADD");
                redirected(scene, redirection, "");
                scene.answer(scene.bridge(), "DEL");
              }
            }),
        deedForNoAgent(
            "input that cannot be read",
            scene -> {
              for (String redirection : List.of("<&-", "</", "<&- >&-", "<&- >&- 2>&-")) {
                redirected(scene, redirection, "ADD");
                redirected(scene, redirection, "VERSION");
                redirected(scene, redirection, "");
              }
            }),
        deedForNoAgent(
            "more than a configuration may have",
            scene -> {
              PluginCall call = scene.bridge().set("x", '"' + "x".repeat(17 << 20) + '"');
              scene.answer(call, "ADD");
              scene.answer(call, "VERSION");
            }));
  }

  private static void redirected(Scene scene, String redirection, String verb) {
    List<String> shell = List.of("sh", "-c", "exec \"$0\" " + redirection);
    scene.answer(scene.bridge().runBy(shell, verb));
  }

  static Stream<Arguments> delegates() {
    return Stream.of(
        deed(
            "what the delegate is started with",
            scene -> {
              PluginCall call =
                  telling(scene).with("JAVA_TOOL_OPTIONS", "-Xmx1m").with("A", "b\nc");
              scene.answer(call, "ADD");
              scene.answer(call, "STATUS");
              scene.answer(call, "DEL");
            }),
        deed(
            "variables that are no UTF-8",
            scene -> {
              List<String> shell =
                  List.of("sh", "-c", "B=$(printf '\\377') exec env C=$(printf '\\376') \"$0\"");
              scene.answer(telling(scene).runBy(shell, "ADD"));
            }),
        deed(
            "a relative path, a mask, a mount of the caller's",
            scene -> {
              PluginCall call =
                  telling(scene)
                      .with("CNI_PATH", "nowhere:plugins")
                      .with("MOUNTED", scene.node().data() + "/plugins/mount");
              String prepare =
                  "cd "
                      + scene.node().data()
                      + " && umask 0077 && mkdir -p plugins/mount"
                      + " && mount -t tmpfs tmpfs plugins/mount && touch plugins/mount/here";
              scene.answer(call.runAfter(prepare, "ADD"));
              scene.answer(files(scene));
              scene.answer(call.runAfter("umask 0077", "ADD"));
            }),
        deed(
            "delegates that do not do their duty",
            scene -> {
              for (String script :
                  List.of(
                      "exit 1",
                      "exit 0",
                      "echo why >&2; exit 3",
                      "echo nonsense",
                      "echo '{\"code\":123,\"msg\":\"no\",\"details\":\"never\"}'; exit 1",
                      "echo '{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"x\"}]}'",
                      "kill -9 $$",
                      "head -c 20000000 /dev/zero; exit 1",
                      "head -c 20000000 /dev/zero >&2; exit 1",
                      "exec <&-; sleep 0.1; exit 1")) {
                scene.answer(delegate(scene, "#!/bin/sh\n" + script + "\n"), "ADD");
              }
              scene.answer(delegate(scene, "no program"), "ADD");
              scene.answer(delegate(scene, "#!/no/interpreter\n"), "ADD");
              scene.answer(scene.bridge().set("ipam", "{\"type\":\"missing\"}"), "ADD");
            }));
  }

  private static PluginCall telling(Scene scene) {
    return delegate(scene, TELLING);
  }

  /** A call with this as its IPAM plugin. */
  private static PluginCall delegate(Scene scene, String content) {
    Path program = scene.write("plugins/delegate", content);
    Command.run("chmod", "+x", program.toString()).succeeded();
    return scene
        .bridge()
        .set("ipam", "{\"type\":\"delegate\"}")
        .with("CNI_PATH", scene.node().data().resolve("plugins").toString());
  }

  private static void symlink(Path link, Path target) {
    try {
      Files.createSymbolicLink(link, target);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
