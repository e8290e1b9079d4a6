package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.Result;
import dev.weft.kernel.memory.InMemoryKernel;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every combination of options. */
class OptionsPropertyTest {
  private static final List<String> SWITCHES =
      List.of(
          "isGateway",
          "isDefaultGateway",
          "forceAddress",
          "ipMasq",
          "hairpinMode",
          "promiscMode",
          "preserveDefaultVlan",
          "macspoofchk",
          "enabledad",
          "disableContainerInterface",
          "portIsolation");

  @Property(tries = 200)
  void whatIsAttachedPassesCheckAndDelTakesAllOfItAway(@ForAll("calls") Call call) {
    InMemoryKernel kernel = new InMemoryKernel();
    BridgePlugin plugin = new BridgePlugin(kernel);
    for (String pod : List.of("a", "b", "c")) {
      kernel.addNamespace(Path.of("/run/netns/" + pod));
    }
    Result kept = plugin.add(call.container("a").attach());
    plugin.add(call.container("b").attach());
    plugin.del(call.container("b").detach());
    var before = kernel.state();

    Call other = call.container("c");
    Result result = plugin.add(other.attach());
    plugin.check(other.after(result).attach());
    plugin.check(call.container("a").after(kept).attach());
    plugin.gc(call.network(), Set.of(other.attachment(), call.container("a").attachment()));
    plugin.check(other.after(result).attach());
    plugin.status(call.network());
    plugin.del(other.netns("").detach());
    plugin.del(other.detach());

    assertEquals(before, kernel.state());
    assertTrue(
        Set.of(call.container("a").attachment()).containsAll(call.pool().holders()),
        call.pool().holders().toString());
  }

  @Provide
  Arbitrary<Call> calls() {
    return Arbitraries.subsetOf(SWITCHES)
        .flatMap(
            switches ->
                Arbitraries.of(0, 1, 5)
                    .flatMap(
                        vlan ->
                            Arbitraries.of("[]", "[{'id':7},{'minID':5,'maxID':9}]")
                                .flatMap(
                                    trunk ->
                                        Arbitraries.of("10.1.0.0/24", "fd00:1::/64", "")
                                            .map(subnet -> call(switches, vlan, trunk, subnet)))));
  }

  private static Call call(Set<String> switches, int vlan, String trunk, String subnet) {
    boolean layerThree = !subnet.isEmpty();
    Call call = layerThree ? Call.withPool(new AddressPool(subnet)) : Call.layerTwo();
    for (String key : switches) {
      boolean excluded =
          (key.equals("hairpinMode") && switches.contains("promiscMode"))
              || (key.equals("disableContainerInterface") && layerThree);
      call = excluded ? call : call.with(key, "true");
    }
    return call.with("vlan", Integer.toString(vlan)).with("vlanTrunk", trunk);
  }
}
