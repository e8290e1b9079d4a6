package dev.weft.bench.micro;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Reading and writing a configuration such as a runtime sends. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class JsonBenchmark {
  private static final byte[] TEXT =
      """
      {
        "cniVersion": "1.1.0", "name": "pods", "type": "bridge", "bridge": "cni0",
        "isGateway": true, "ipMasq": true, "mtu": 1450, "capabilities": {"portMappings": true},
        "runtimeConfig": {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]},
        "ipam": {
          "type": "host-local", "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}],
          "ranges": [[{"subnet": "10.1.0.0/16"}], [{"subnet": "fd00:10:1::/64"}]]
        },
        "prevResult": {
          "cniVersion": "1.1.0",
          "interfaces": [{"name": "cni0", "mac": "02:00:5e:10:00:01"},
            {"name": "eth0", "mac": "02:00:5e:10:00:02", "sandbox": "/run/netns/blue"}],
          "ips": [{"address": "10.1.0.5/16", "gateway": "10.1.0.1", "interface": 1}],
          "dns": {}
        }
      }
      """
          .getBytes(StandardCharsets.UTF_8);

  private final Json.Obj value = JsonText.readObject(TEXT, "the configuration");

  @Benchmark
  public Json.Obj read() {
    return JsonText.readObject(TEXT, "the configuration");
  }

  @Benchmark
  public String write() {
    return JsonText.write(value);
  }
}
