package dev.weft.bench.micro;

import dev.weft.iptables.compile.IptablesCompiler;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.PortRules;
import dev.weft.iptables.engine.compiled.CompiledEngine;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.net.IpFamily;
import dev.weft.services.ServedPort;
import java.util.List;
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

/** From Services to iptables rules, and from those to the program that follows packets. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx8g")
public class ServiceRulesBenchmark {
  /** How many there are. */
  @Param({"100", "1000", "10000", "100000"})
  public int services;

  private List<ServedPort> ports = List.of();
  private Ruleset rules = Ruleset.of(IpFamily.V4, List.of());

  /** The Services, and their rules. */
  @Setup(Level.Trial)
  public void make() {
    ports = ManyServices.of(services, false);
    rules = rules();
  }

  @Benchmark
  public Ruleset rules() {
    return IptablesCompiler.compile(ports, ManyServices.node(), Names.WEFT, IpFamily.V4);
  }

  @Benchmark
  public CompiledEngine program() {
    return CompiledEngine.of(rules, ManyServices.host());
  }

  /** What the rules of one Service are before and after one of its endpoints goes. */
  @Benchmark
  public PortRules changeOfOneEndpoint() {
    ServedPort changed = ManyServices.port(services / 2, ManyServices.ENDPOINTS - 1, false);
    return PortRules.of(changed, Names.WEFT, ManyServices.node());
  }
}
