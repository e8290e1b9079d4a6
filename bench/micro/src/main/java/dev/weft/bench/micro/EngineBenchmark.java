package dev.weft.bench.micro;

import dev.weft.iptables.compile.IptablesCompiler;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.engine.Branch;
import dev.weft.iptables.engine.Interpreter;
import dev.weft.iptables.engine.Packet;
import dev.weft.iptables.engine.Recollection;
import dev.weft.iptables.engine.Tracking;
import dev.weft.iptables.engine.compiled.CompiledEngine;
import dev.weft.iptables.engine.compiled.PacketBuffer;
import dev.weft.iptables.ruleset.Match.CtState;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Packets from pods to random Services, in both forms of the engine: the first of their connections
 * and later ones. With {@code -prof gc} the compiled form must show no bytes per packet. The table
 * of connections is full while first packets are measured: each takes the place of another.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx8g")
public class EngineBenchmark {
  private static final int TCP = 6;
  private static final int PODS = 250;
  private static final int FIRST_PORT = 1024;
  private static final int PORTS = 0x1_0000 - FIRST_PORT;

  /** A power of two, and fewer than the table holds. */
  private static final int CONNECTIONS = 1 << 14;

  /** The same for all packets, so that nothing is forgotten; in milliseconds. */
  private static final long NOW = 1_000_000;

  /** How many there are. */
  @Param({"100", "1000", "10000", "100000"})
  public int services;

  private final SplittableRandom random = new SplittableRandom(1);
  private final PacketBuffer packet = new PacketBuffer();
  private final long firstPod = ManyServices.PODS.first().plus(2).low();
  private final long firstService = ManyServices.cluster(0).low();
  private Ruleset rules = rules(0, false);
  private CompiledEngine engine = CompiledEngine.of(rules, ManyServices.host());
  private Interpreter interpreter = new Interpreter(rules, ManyServices.host());
  private int device;

  /** Of the connections that later packets are of. */
  private final long[] sources = new long[CONNECTIONS];

  private final long[] destinations = new long[CONNECTIONS];
  private final int[] ports = new int[CONNECTIONS];

  private static Ruleset rules(int services, boolean affinity) {
    return IptablesCompiler.compile(
        ManyServices.of(services, affinity), ManyServices.node(), Names.WEFT, IpFamily.V4);
  }

  /** Makes the rules, and connections that were answered. */
  @Setup(Level.Trial)
  public void connect(BenchmarkParams params) {
    rules = rules(services, params.getBenchmark().endsWith("Affinity"));
    engine = CompiledEngine.of(rules, ManyServices.host());
    interpreter = new Interpreter(rules, ManyServices.host());
    device = engine.device(ManyServices.POD_DEVICE);
    if (!params.getBenchmark().endsWith("Later")) {
      return;
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      writeFirst();
      sources[i] = packet.sourceLow();
      destinations[i] = packet.destinationLow();
      ports[i] = packet.sourcePort();
      engine.arrive(packet, device, NOW);
      long from = packet.destinationLow();
      int fromPort = packet.destinationPort();
      packet.destination(0, packet.sourceLow(), packet.sourcePort());
      packet.source(0, from, fromPort);
      packet.lookUp();
      engine.arrive(packet, engine.device("eth0"), NOW);
    }
  }

  private void writeFirst() {
    packet.source(0, firstPod + random.nextInt(PODS), FIRST_PORT + random.nextInt(PORTS));
    packet.destination(0, firstService + random.nextInt(services), ManyServices.PORT);
    packet.protocol(TCP);
    packet.mark(0);
    packet.lookUp();
  }

  @Benchmark
  public Branch.End compiledFirst() {
    writeFirst();
    engine.arrive(packet, device, NOW);
    return packet.end();
  }

  /** One of some clients to one of some Services, whom it has asked before or not. */
  @Benchmark
  public Branch.End compiledFirstWithAffinity() {
    return compiledFirst();
  }

  @Benchmark
  public Branch.End compiledLater() {
    int i = random.nextInt(CONNECTIONS);
    packet.source(0, sources[i], ports[i]);
    packet.destination(0, destinations[i], ManyServices.PORT);
    packet.protocol(TCP);
    packet.mark(0);
    packet.lookUp();
    engine.arrive(packet, device, NOW);
    return packet.end();
  }

  @Benchmark
  public List<Branch> interpretedFirst() {
    return interpreter.arrive(
        interpreted(), ManyServices.POD_DEVICE, Tracking.of(CtState.NEW), Recollection.EMPTY);
  }

  @Benchmark
  public List<Branch> interpretedLater() {
    return interpreter.arrive(
        interpreted(),
        ManyServices.POD_DEVICE,
        Tracking.of(CtState.ESTABLISHED),
        Recollection.EMPTY);
  }

  private Packet interpreted() {
    return new Packet(
        new IpAddress(IpFamily.V4, 0, firstPod + random.nextInt(PODS)),
        ManyServices.cluster(random.nextInt(services)),
        "tcp",
        FIRST_PORT + random.nextInt(PORTS),
        ManyServices.PORT,
        0);
  }
}
