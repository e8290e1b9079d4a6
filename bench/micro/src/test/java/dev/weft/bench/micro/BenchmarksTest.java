package dev.weft.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs: once, quickly, to find one that rots and not to measure. */
class BenchmarksTest {

  @Test
  void everyBenchmarkRuns() throws RunnerException {
    Options once =
        new OptionsBuilder()
            .mode(Mode.SingleShotTime)
            .warmupIterations(0)
            .measurementIterations(1)
            .forks(0)
            .param("held", "100")
            .param("services", "100")
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    Collection<RunResult> results = new Runner(once).run();
    Set<String> ran = new TreeSet<>();
    for (RunResult result : results) {
      String[] name = result.getParams().getBenchmark().split("\\.", -1);
      ran.add(name[name.length - 2] + "." + name[name.length - 1]);
    }
    assertEquals(
        Set.of(
            "EngineBenchmark.compiledFirst",
            "EngineBenchmark.compiledFirstWithAffinity",
            "EngineBenchmark.compiledLater",
            "EngineBenchmark.interpretedFirst",
            "EngineBenchmark.interpretedLater",
            "HostLocalBenchmark.addAndDel",
            "HostLocalBenchmark.check",
            "HostLocalBenchmark.delOfUnknown",
            "HostLocalBenchmark.status",
            "JsonBenchmark.read",
            "JsonBenchmark.write",
            "NetlinkBenchmark.readLinks",
            "NetlinkBenchmark.writeVeth",
            "ServiceRulesBenchmark.changeOfOneEndpoint",
            "ServiceRulesBenchmark.program",
            "ServiceRulesBenchmark.rules"),
        ran);
  }
}
