package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.weft.net.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * What attachments leave on a machine as long as they last, and must not leave any longer: links,
 * leases, what runtimes remember of them, and rules.
 */
record Footprint(Set<String> links, Set<String> leases, Set<String> results, String rules) {

  static Footprint of(Lab lab) {
    Set<String> links = new TreeSet<>();
    lab.run("ip", "-o", "link")
        .succeeded()
        .stdout()
        .lines()
        // 7: veth1@if2: <BROADCAST,…
        .forEach(line -> links.add(line.split(": ", 3)[1].replaceFirst("@.*", "")));
    Set<String> leases = files(lab.path("/var/lib/cni/networks"));
    leases.removeIf(name -> IpAddress.parse(name).isEmpty()); // Books of the allocator's own.
    return new Footprint(
        links,
        leases,
        files(lab.path("/var/lib/cni/results")),
        lab.run("nft", "list", "ruleset").succeeded().stdout());
  }

  private static Set<String> files(Path directory) {
    Set<String> names = new TreeSet<>();
    if (Files.isDirectory(directory)) {
      try (var tree = Files.walk(directory)) {
        tree.filter(Files::isRegularFile).forEach(f -> names.add(f.getFileName().toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return names;
  }

  /** Whether the rules speak of an address. */
  boolean ruleFor(String address) {
    return rules.contains(address);
  }

  /** Checks that of these pods nothing is left but the network's own bridge. */
  void assertOnlyBridgeIsLeft(String bridge, String... addresses) {
    assertEquals(Set.of("lo", "uplink", bridge), links, "links");
    assertEquals(Set.of(), leases, "leases");
    assertEquals(Set.of(), results, "results that the runtime keeps");
    for (String address : addresses) {
      assertFalse(ruleFor(address), () -> "a rule for " + address + " is left:\n" + rules);
    }
  }
}
