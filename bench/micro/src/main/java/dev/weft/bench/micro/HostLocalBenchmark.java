package dev.weft.bench.micro;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniArgs;
import dev.weft.cni.CniVersion;
import dev.weft.cni.Delegates;
import dev.weft.cni.NetworkConfig;
import dev.weft.cni.Request;
import dev.weft.cni.Result;
import dev.weft.ipam.HostLocalPlugin;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import dev.weft.net.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** host-local on a disk where many addresses are held already: no time should grow with them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
public class HostLocalBenchmark {
  private static final Attachment HELD = new Attachment("held", "eth0");

  @Param({"0", "1000", "50000"})
  public int held;

  private final HostLocalPlugin plugin = new HostLocalPlugin();
  private Path dataDir = Path.of("");
  private NetworkConfig config =
      new NetworkConfig(CniVersion.V1_1_0, "net", "host-local", Optional.empty(), Json.Obj.EMPTY);

  /** Makes leases as the reference plugin would have left them. */
  @Setup(Level.Trial)
  public void hold() throws IOException {
    dataDir = Files.createTempDirectory("host-local");
    String json = "{\"ipam\": {\"dataDir\": \"" + dataDir + "\", \"subnet\": \"10.1.0.0/16\"}}";
    config =
        new NetworkConfig(
            CniVersion.V1_1_0,
            "net",
            "host-local",
            Optional.empty(),
            JsonText.readObject(json.getBytes(StandardCharsets.UTF_8), "the configuration"));
    Path leases = Files.createDirectories(dataDir.resolve("net"));
    IpAddress address = IpAddress.of("10.1.0.2");
    for (int i = 0; i < held; i++, address = address.plus(1)) {
      Files.writeString(leases.resolve(address.toString()), "container" + i + "\r\neth0");
    }
    plugin.add(attach(HELD));
  }

  @TearDown(Level.Trial)
  public void release() throws IOException {
    try (Stream<Path> files = Files.walk(dataDir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Benchmark
  public Result addAndDel() {
    Attachment attachment = new Attachment("benchmark", "eth0");
    Result result = plugin.add(attach(attachment));
    del(attachment);
    return result;
  }

  @Benchmark
  public void check() {
    plugin.check(attach(HELD));
  }

  @Benchmark
  public void delOfUnknown() {
    del(new Attachment("unknown", "eth0"));
  }

  @Benchmark
  public void status() {
    plugin.status(new Request.Network(config, Delegates.NONE));
  }

  private Request.Attach attach(Attachment attachment) {
    return new Request.Attach(
        config, Delegates.NONE, attachment, "/run/netns/benchmark", CniArgs.NONE);
  }

  private void del(Attachment attachment) {
    plugin.del(
        new Request.Detach(config, Delegates.NONE, attachment, Optional.empty(), CniArgs.NONE));
  }
}
