package dev.weft.iptables.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.iptables.PacketLab;
import dev.weft.iptables.engine.DatagramLab.Fate;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.RulesetText;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real datagrams under random rules arrive where the interpreter says, with that source. */
class InterpreterKernelTest {
  private static final int RULESETS = 12;
  private static final int PACKETS = 10;

  /** For the same rules in each build; other seeds find more. */
  private static final long SEED = 20260101;

  /** How long to wait for what must come, and for what must not, in milliseconds. */
  private static final int LONG = 3000;

  private static final int SHORT = 30;

  private final Random random = new Random(SEED);
  private DatagramLab lab;
  private int arrived;

  @BeforeEach
  void build() throws IOException {
    lab = new DatagramLab();
  }

  @AfterEach
  void end() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"iptables-nft", "iptables-legacy"})
  void datagramsArriveWhereTheInterpreterSays(String iptables) throws Exception {
    assumeServed(iptables);
    lab.warmUp();
    List<IpAddress> addresses =
        List.of(
            DatagramLab.SERVICE,
            DatagramLab.BRIDGE,
            DatagramLab.UPLINK,
            DatagramLab.POD,
            DatagramLab.OTHER,
            DatagramLab.OUTSIDE);
    probe(iptables, addresses, lab.senders());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ip6tables-nft", "ip6tables-legacy"})
  void datagramsOfIpv6ArriveWhereTheInterpreterSays(String iptables) throws Exception {
    assumeServed(iptables);
    lab.warmUpIpv6();
    List<IpAddress> addresses =
        List.of(
            DatagramLab.SERVICE_V6,
            DatagramLab.BRIDGE_V6,
            DatagramLab.UPLINK_V6,
            DatagramLab.POD_V6,
            DatagramLab.OTHER_V6,
            DatagramLab.OUTSIDE_V6);
    probe(iptables, addresses, lab.sendersOfIpv6());
  }

  private static void assumeServed(String iptables) throws Exception {
    Path save = Path.of("/usr/sbin", iptables + "-save");
    Assumptions.assumeTrue(Files.isExecutable(save), "skipped: needs " + iptables);
    Assumptions.assumeTrue(
        new ProcessBuilder("unshare", "--net", save.toString(), "-t", "nat").start().waitFor() == 0,
        "skipped: needs a kernel that serves " + iptables);
  }

  private void probe(String iptables, List<IpAddress> addresses, List<DatagramLab.Sender> senders)
      throws IOException {
    RandomNat rules =
        new RandomNat(random, addresses, DatagramLab.PORTS, List.of("br0", "up0", "lo", "b+"));
    for (int i = 0; i < RULESETS; i++) {
      Ruleset ruleset = rules.next();
      PacketLab.feed(lab.node(), RulesetText.print(ruleset), iptables + "-restore");
      Optional<Recollection> known = Optional.of(Recollection.EMPTY);
      for (int packet = 0; packet < PACKETS && known.isPresent(); packet++) {
        known = probe(ruleset, senders, known.get());
      }
    }
    assertTrue(arrived > RULESETS, "only " + arrived + " datagrams arrived");
  }

  /**
   * Sends one datagram.
   *
   * @return what the kernel's lists hold then; nothing if branches look alike that differ in it
   */
  private Optional<Recollection> probe(
      Ruleset ruleset, List<DatagramLab.Sender> senders, Recollection before) throws IOException {
    DatagramLab.Sender sender = pick(senders);
    IpAddress to = pick(sender.destinations());
    Packet packet = lab.packet(sender, to, pick(DatagramLab.PORTS));
    Interpreter interpreter = new Interpreter(ruleset, DatagramLab.NODE);
    Tracking tracking = Tracking.of(CtState.NEW);
    List<Branch> branches =
        sender.device().isEmpty()
            ? interpreter.send(packet, tracking, before)
            : interpreter.arrive(packet, sender.device(), tracking, before);
    if (branches.stream().anyMatch(branch -> branch.end() == Branch.End.UNDECIDED)) {
      return Optional.of(before);
    }
    Set<Optional<Fate>> expected =
        branches.stream()
            .map(InterpreterKernelTest::arrival)
            .collect(Collectors.toUnmodifiableSet());
    int patience = expected.contains(Optional.<Fate>empty()) ? SHORT : LONG;
    Optional<Fate> seen = arrival(lab.send(sender, packet, patience));
    List<Branch> taken = branches.stream().filter(branch -> arrival(branch).equals(seen)).toList();
    assertFalse(
        taken.isEmpty(),
        () ->
            packet
                + "\nwas "
                + seen
                + "\nbut by "
                + branches
                + "\nunder\n"
                + RulesetText.print(ruleset));
    arrived += seen.isPresent() ? 1 : 0;
    boolean mayBeLate = seen.isEmpty() && expected.size() > 1;
    List<Recollection> after = taken.stream().map(Branch::recollection).distinct().toList();
    return after.size() == 1 && !mayBeLate ? Optional.of(after.getFirst()) : Optional.empty();
  }

  private static Optional<Fate> arrival(Branch branch) {
    return arrival(DatagramLab.fate(branch));
  }

  /** Rules of any kind refuse in any way, of which the sender is not always told. */
  private static Optional<Fate> arrival(Fate fate) {
    return fate instanceof Fate.Arrived ? Optional.of(fate) : Optional.empty();
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
