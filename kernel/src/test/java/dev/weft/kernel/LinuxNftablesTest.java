package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract of nftables over this kernel, and what the nft program makes of our elements. */
class LinuxNftablesTest extends NftablesContract {
  @Override
  Namespaces namespaces() {
    return new LinuxNamespaces();
  }

  @BeforeEach
  void requireNftables() {
    Assumptions.assumeTrue(nftables().hasProgram(), "needs the nft program (package nftables)");
    for (NftTable.Family family : NftTable.Family.values()) {
      Assumptions.assumeTrue(
          nftables().isAvailable(family), () -> "needs nftables of the family " + family.text());
    }
  }

  @Test
  void nftListsOurElementsAsItsOwn() {
    nftables().ensure(TABLE);
    nftables()
        .apply(
            List.of(
                create("v6", element("net/eth0/a", address("fd00::1"))),
                create(
                    "pairs",
                    range(
                        "it's a subnet; }",
                        List.of(address("10.0.0.1"), address("10.0.0.0")),
                        List.of(address("10.0.0.1"), address("10.0.0.255")))),
                create(
                    "ranges",
                    range("r", List.of(address("10.1.0.0")), List.of(address("10.1.0.7")))),
                create(
                    "raw4",
                    range(
                        "raw", List.of(raw("0a0000010a000000")), List.of(raw("0a0000010a00ffff")))),
                create(
                    "ports",
                    element(
                        "port",
                        new NftValue.InterfaceName("veth1"),
                        new NftValue.Mac(MacAddress.of("02:00:00:00:00:01")))),
                create(
                    "services",
                    entry(
                        List.of(
                            address("10.0.0.1"), new NftValue.Protocol(17), new NftValue.Port(53)),
                        address("10.9.8.7"),
                        new NftValue.Port(5353)))));
    String ruleset = LinuxNamespaces.run(namespace(), "nft", "list", "ruleset");
    assertShows(ruleset, "fd00::1 comment \"net/eth0/a\"");
    assertShows(ruleset, "10.0.0.1 . 10.0.0.0/24 comment \"it's a subnet; }\"");
    assertShows(ruleset, "10.1.0.0/29 comment \"r\"");
    assertShows(ruleset, "typeof @nh,96,64");
    assertShows(ruleset, "0xa0000010a000000-0xa0000010a00ffff comment \"raw\"");
    assertShows(ruleset, "\"veth1\" . 02:00:00:00:00:01 comment \"port\"");
    assertShows(ruleset, "10.0.0.1 . udp . 53 comment \"entry\" : 10.9.8.7 . 5353");
    assertShows(ruleset, "comment \"made by a test; harmless { } #\"");
  }

  private static void assertShows(String ruleset, String words) {
    assertTrue(ruleset.contains(words), words + " is not in\n" + ruleset);
  }

  @Test
  void manyMayCreateOneTableAndFillIt() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int i = 1; i <= 16; i++) {
        NftElement element =
            element("n" + i, new NftValue.Address(IpAddress.of("10.0.0.0").plus(i)));
        work.add(
            () -> {
              boolean created = nftables().ensure(TABLE);
              nftables().apply(List.of(create("v4", element)));
              return created;
            });
      }
      int created = 0;
      for (Future<Boolean> done : threads.invokeAll(work)) {
        created += done.get() ? 1 : 0;
      }
      assertEquals(1, created);
    }
    assertEquals(16, elements("v4").size());
  }

  @Test
  void thousandsOfElementsAreOneTransaction() {
    nftables().ensure(TABLE);
    List<NftElementChange> changes = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      changes.add(
          create(
              "v4",
              element("x".repeat(100), new NftValue.Address(IpAddress.of("10.0.0.0").plus(i)))));
    }
    nftables().apply(changes);
    assertEquals(3000, elements("v4").size());
  }
}
