package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** However many calls an agent has served, it holds no more than after the first of them. */
class AgentLeakIT extends OnAgent {
  /** More by hand: 100,000 take some minutes. */
  private static final int OPERATIONS = Integer.getInteger("weft.agent.operations", 3_000);

  private static final int BLOCK = 1_000;
  private static final int RUNTIMES = 8;
  private static final int OPERATIONS_A_ROUND = 20;

  private static final long LIMIT_KILOBYTES = 100 << 10;

  /** What the collector has not taken back yet differs from one moment to another. */
  private static final long SLACK_KILOBYTES = 8 << 10;

  /**
   * A runtime that gets along with everything: a pod that comes and goes, and in between calls that
   * fail, that are killed, that come from other mounts, or that have plugins of others called.
   */
  private static final String RUNTIME =
      """
      name=$1 rounds=$2 bin=$3
      cd "$4"
      call() { # VERB CONFIGURATION [PROGRAM...]
        verb=$1 config=$2; shift 2
        CNI_COMMAND=$verb CNI_CONTAINERID=$name CNI_IFNAME=eth0 CNI_NETNS=/run/netns/$name \
          CNI_PATH=$bin:. "$@" "$bin/bridge" < $config
      }
      must() {
        call "$@" > $name.out || { echo "$*:"; cat $name.out; exit 1; }
      }
      may() {
        call "$@" > /dev/null 2>&1 || :
      }
      trap 'ip netns delete $name' EXIT
      for round in $(seq $rounds); do
        ip netns add $name
        must ADD net.json env
        must STATUS net.json env
        must VERSION net.json env
        may ADD net.json env
        may CHECK net.json env
        must DEL net.json env
        must ADD net.json unshare --mount
        must DEL net.json unshare --mount --net
        must DEL net.json env
        must ADD delegate.json env
        must DEL delegate.json env
        may ADD garbage.json env
        may ADD absent.json env
        may ADD net.json timeout -s KILL 0.0$((round % 3))$((round % 10))
        must DEL net.json env
        ip netns delete $name
        may ADD net.json env
        may CHECK net.json env
        must DEL net.json env
        must GC none.json env
        must DEL delegate.json env
      done
      ip netns add $name
      """;

  @Test
  void anAgentHoldsNoMoreAfterManyCallsThanAfterAFew() throws Exception {
    writeFiles();
    serve();
    ProcessHoldings first = ProcessHoldings.of(agent.pid());
    for (int operations = BLOCK; operations < OPERATIONS; operations += BLOCK) {
      serve();
    }
    Await.until(
        Duration.ofSeconds(60),
        () -> ProcessHoldings.of(agent.pid()).within(first),
        () -> "at first " + first + ", at last " + ProcessHoldings.of(agent.pid()));
    ProcessHoldings last = ProcessHoldings.of(agent.pid());
    System.out.printf("at first %s, at last %s%n", first, last);
    assertEquals(0, last.children());
    assertEquals(2, last.namespaces().size(), () -> "its own: " + last);
    assertTrue(last.residentKilobytes() < LIMIT_KILOBYTES, last::toString);
    assertTrue(
        last.residentKilobytes() < first.residentKilobytes() + SLACK_KILOBYTES,
        () -> "at first " + first + ", at last " + last);
    assertEquals(List.of(), launchers.standalone(), "calls that the agent did not serve");
    assertEquals(List.of(), node.leases("net"));
    assertEquals(List.of(), node.veths());
  }

  private void writeFiles() throws IOException {
    String config =
        """
        {"cniVersion":"1.1.0","name":"%s","type":"bridge","bridge":"br0","isGateway":true,
         "ipMasq":true,"ipam":{"type":"%s","dataDir":"%s","subnet":"10.8.0.0/24"}}""";
    Map<String, String> files =
        Map.of(
            "net.json", config.formatted("net", "host-local", node.data()),
            "none.json", config.formatted("none", "host-local", node.data()),
            "delegate.json", config.formatted("other", "delegate", node.data()),
            "absent.json", config.formatted("net", "absent", node.data()),
            "garbage.json", "{\"name\":",
            "runtime.sh", RUNTIME,
            "delegate",
                """
                #!/bin/sh
                echo '{"cniVersion":"1.1.0","ips":[{"address":"10.8.0.250/24"}]}'
                """);
    for (var file : files.entrySet()) {
      Files.writeString(node.data().resolve(file.getKey()), file.getValue());
    }
    Command.run("chmod", "+x", node.data().resolve("delegate").toString()).succeeded();
  }

  /** Has a block of calls made, by several runtimes at once. */
  private void serve() throws Exception {
    int rounds = BLOCK / OPERATIONS_A_ROUND / RUNTIMES;
    List<Future<Command.Outcome>> done = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(RUNTIMES)) {
      for (int i = 0; i < RUNTIMES; i++) {
        List<String> runtime =
            List.of(
                "sh",
                node.data().resolve("runtime.sh").toString(),
                node.name() + "-r" + i,
                Integer.toString(rounds),
                node.bin().toString(),
                node.data().toString());
        done.add(
            threads.submit(
                () -> node.run(runtime, Map.of("WEFT_AGENT", agent.socket().toString()), "")));
      }
      for (Future<Command.Outcome> runtime : done) {
        assertEquals("", runtime.get().succeeded().stdout());
      }
    }
  }
}
