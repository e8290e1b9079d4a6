package dev.weft.plugins.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.Result;
import dev.weft.iptables.Masquerade;
import dev.weft.iptables.MasqueradeBackend;
import dev.weft.iptables.SpoofCheck;
import dev.weft.kernel.Errno;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Link;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.kernel.NewLink;
import dev.weft.kernel.linux.LinuxKernel;
import dev.weft.net.IpAddress;
import dev.weft.net.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The plugin on the real kernel, with packets. The node is a namespace of the test's own; the
 * machine's network is not touched.
 */
class BridgeOnLinuxTest {
  private final List<TestNamespace> namespaces = new ArrayList<>();
  private TestNamespace node;
  private NetworkNamespace host;
  private BridgePlugin plugin;

  @BeforeEach
  void createNode() throws IOException {
    assumeTrue(isRoot(), "needs root, to make network namespaces");
    Kernel kernel = new LinuxKernel();
    node = namespace();
    host = kernel.open(Path.of(node.path()));
    plugin = new BridgePlugin(new OnNode(kernel, host));
  }

  @AfterEach
  void closeNode() {
    if (host != null) {
      host.close();
    }
    namespaces.forEach(TestNamespace::close);
  }

  /** The machine's kernel as a process on the test's node sees it. */
  private record OnNode(Kernel kernel, NetworkNamespace own) implements Kernel {
    @Override
    public NetworkNamespace open(Path path) {
      return kernel.open(path);
    }
  }

  @Test
  void podsReachEachOtherAndTheNodeAtOnceByBothFamilies() throws Exception {
    Call call = dualStack().with("isDefaultGateway", "true");
    TestNamespace a = namespace();
    TestNamespace b = namespace();
    Result first = plugin.add(call.container("a").netns(a.path()).attach());
    Result second = plugin.add(call.container("b").netns(b.path()).attach());

    for (Result.Ip ip : second.ips()) {
      ping(a, ip.address().address());
    }
    for (Result.Ip ip : first.ips()) {
      ping(node, ip.address().address());
      ping(b, ip.gateway().orElseThrow());
    }
    plugin.check(call.container("a").netns(a.path()).after(first).attach());
    plugin.check(call.container("b").netns(b.path()).after(second).attach());
    plugin.status(call.network());

    plugin.del(call.container("a").netns(a.path()).detach());
    plugin.del(call.container("b").netns("").detach());
    assertEquals(List.of(), attachedLinks());
    assertFalse(a.run("ip", "-o", "link").contains("eth0"), "the container's end is gone");
  }

  @Test
  void theResultDescribesTheLinksAsTheKernelHasThem() throws Exception {
    TestNamespace pod = namespace();
    Result result =
        plugin.add(
            dualStack()
                .with("mtu", "1400")
                .with("isGateway", "true")
                .with("runtimeConfig", "{'mac':'02:00:00:00:00:77'}")
                .netns(pod.path())
                .attach());
    assertEquals("02:00:00:00:00:77", result.interfaces().get(2).mac());
    assertEquals(pod.path(), result.interfaces().get(2).sandbox());
    for (Result.Interface made : result.interfaces().subList(0, 2)) {
      Link link = host.link(made.name()).orElseThrow();
      assertEquals(link.mac().toString(), made.mac());
      assertEquals(OptionalInt.of(1400), made.mtu());
    }
    Link port = host.link(result.interfaces().get(1).name()).orElseThrow();
    assertEquals(Optional.of("weft: net=blue id=a if=eth0"), port.alias());
    assertEquals(VethMark.groupOf("blue"), port.group());
  }

  @Test
  void noAddressIsTentativeWhenAddReturns() throws Exception {
    TestNamespace pod = namespace();
    plugin.add(dualStack().with("isGateway", "true").netns(pod.path()).attach());
    assertEquals("", pod.run("ip", "-6", "addr", "show", "tentative"));
  }

  @Test
  void duplicateDetectionIsAwaitedWhereItIsEnabled() throws Exception {
    TestNamespace pod = namespace();
    Call call = dualStack().with("enabledad", "true").netns(pod.path());
    Result result = plugin.add(call.attach());
    assertEquals("", pod.run("ip", "-6", "addr", "show", "tentative"));
    plugin.check(call.after(result).attach());
  }

  @Test
  void anAddressThatWasAnotherPodsAnswersAtOnce() throws Exception {
    Call call = dualStack().with("isGateway", "true");
    TestNamespace neighbour = namespace();
    plugin.add(call.container("neighbour").netns(neighbour.path()).attach());
    TestNamespace first = namespace();
    Call old = call.container("old").netns(first.path());
    IpAddress address = plugin.add(old.attach()).ips().getFirst().address().address();
    ping(node, address);
    ping(neighbour, address);
    plugin.del(old.detach());

    TestNamespace second = namespace();
    Result result = plugin.add(call.container("new").netns(second.path()).attach());
    assertEquals(address, result.ips().getFirst().address().address());
    ping(node, address);
    ping(neighbour, address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"iptables", "nftables"})
  void rulesAreCheckedAndRemovedWithoutTheNamespace(String backend) throws Exception {
    assumeTrue(hasBackend(backend), "needs " + backend);
    TestNamespace pod = namespace();
    Call call =
        dualStack()
            .with("isDefaultGateway", "true")
            .with("ipMasq", "true")
            .with("ipMasqBackend", "'" + backend + "'")
            .netns(pod.path());
    String before = rules();
    Result result = plugin.add(call.attach());
    assertTrue(rules().contains("10.1.0.2"), rules());
    plugin.check(call.after(result).attach());
    plugin.del(call.netns("").detach());
    assertFalse(rules().contains("10.1.0.2"), rules());
    assertFalse(before.contains("10.1.0.2"), before);
  }

  @Test
  void aFrameWithAnotherMacDoesNotPassASpoofCheck() throws Exception {
    assumeTrue(SpoofCheck.on(host).obstacle().isEmpty(), "needs nftables of the family bridge");
    TestNamespace pod = namespace();
    Call call = dualStack().with("isGateway", "true").with("macspoofchk", "true");
    Result result = plugin.add(call.netns(pod.path()).attach());
    IpAddress gateway = result.ips().getFirst().gateway().orElseThrow();
    ping(pod, gateway);
    pod.run("ip", "link", "set", "eth0", "address", "02:00:00:00:00:99");
    assertThrows(IOException.class, () -> ping(pod, gateway));
    plugin.del(call.netns(pod.path()).detach());
  }

  @Test
  void isolatedPodsDoNotReachEachOther() throws Exception {
    Call call = dualStack().with("isGateway", "true").with("portIsolation", "true");
    TestNamespace a = namespace();
    TestNamespace b = namespace();
    plugin.add(call.container("a").netns(a.path()).attach());
    Result second = plugin.add(call.container("b").netns(b.path()).attach());
    IpAddress address = second.ips().getFirst().address().address();
    ping(node, address);
    assertThrows(IOException.class, () -> ping(a, address));
  }

  @Test
  void aBridgeThatNeverHadAnAddressBecomesAGateway() throws Exception {
    node.run("ip", "link", "add", "br0", "type", "bridge");
    Call plain = Call.layerTwo().netns(namespace().path());
    plugin.add(plain.attach());
    plugin.del(plain.detach());
    TestNamespace pod = namespace();
    Result result = plugin.add(dualStack().with("isGateway", "true").netns(pod.path()).attach());
    ping(pod, result.ips().getFirst().gateway().orElseThrow());
  }

  @Test
  void theBridgeKeepsItsMac() throws Exception {
    plugin.add(Call.layerTwo().netns(namespace().path()).attach());
    MacAddress before = host.link("br0").orElseThrow().mac();
    node.run("ip", "link", "add", "low", "address", "00:00:00:00:00:01", "type", "veth");
    node.run("ip", "link", "set", "low", "master", "br0");
    assertEquals(before, host.link("br0").orElseThrow().mac());
  }

  @Test
  void anInterfaceThatIsThereAlreadySurvivesAddAndDel() throws Exception {
    TestNamespace pod = namespace();
    pod.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "other");
    Call call = Call.layerTwo().netns(pod.path());
    CniException refused = assertThrows(CniException.class, () -> plugin.add(call.attach()));
    assertEquals(4, refused.code());
    plugin.del(call.detach());
    assertTrue(pod.run("ip", "-o", "link").contains("eth0"));
    assertEquals(List.of(), attachedLinks());
  }

  @Test
  void gcDeletesStaleLinksInOneGo() throws Exception {
    Call call = Call.layerTwo();
    List<TestNamespace> pods = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      pods.add(namespace());
      plugin.add(call.container("pod" + i).netns(pods.get(i).path()).attach());
    }
    plugin.gc(call.network(), Set.of(call.container("pod3").attachment()));
    assertEquals(
        List.of(VethMark.of("blue", call.container("pod3").attachment()).name()), attachedLinks());
  }

  @Test
  void podsThatComeTogetherShareANewBridge() throws Exception {
    Call call = dualStack().with("isDefaultGateway", "true");
    List<Callable<Result>> adds = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Call own = call.container("pod" + i).netns(namespace().path());
      adds.add(() -> plugin.add(own.attach()));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Result> done : threads.invokeAll(adds)) {
        assertEquals(3, done.get().interfaces().size());
      }
    }
    assertEquals(8, attachedLinks().size());
  }

  @Test
  void anAttachmentOfTheReferencePluginIsDetached() throws Exception {
    Path reference = Path.of("/usr/lib/cni/bridge");
    assumeTrue(Files.isExecutable(reference), "needs the reference plugins");
    TestNamespace pod = namespace();
    String config =
        "{\"cniVersion\":\"1.0.0\",\"name\":\"blue\",\"type\":\"bridge\",\"bridge\":\"br0\"}";
    node.run(
        "env",
        "CNI_COMMAND=ADD",
        "CNI_CONTAINERID=a",
        "CNI_IFNAME=eth0",
        "CNI_NETNS=" + pod.path(),
        "CNI_PATH=/usr/lib/cni",
        "sh",
        "-c",
        "echo '" + config + "' | " + reference);
    assertTrue(pod.run("ip", "-o", "link").contains("eth0"));
    plugin.del(Call.layerTwo().netns(pod.path()).detach());
    assertFalse(pod.run("ip", "-o", "link").contains("eth0"));
  }

  @Test
  void vlansAreRefusedBeforeAnythingIsChangedWhereTheKernelLacksThem() throws Exception {
    assumeTrue(!filtersVlans(), "needs a kernel without bridge VLAN filtering");
    Call call = Call.layerTwo().with("vlan", "5").netns(namespace().path());
    CniException refused = assertThrows(CniException.class, () -> plugin.add(call.attach()));
    assertEquals(2, refused.code());
    assertEquals(Optional.empty(), host.link("br0"));
    assertEquals(List.of(), attachedLinks());
  }

  @Test
  void podsOfOneVlanReachEachOtherAndTheirGatewayOnly() throws Exception {
    assumeTrue(filtersVlans(), "needs a kernel with bridge VLAN filtering");
    Call call = dualStack().with("isGateway", "true").with("vlan", "5");
    TestNamespace a = namespace();
    TestNamespace b = namespace();
    TestNamespace other = namespace();
    Result first = plugin.add(call.container("a").netns(a.path()).attach());
    Result second = plugin.add(call.container("b").netns(b.path()).attach());
    plugin.add(
        Call.withPool(call.pool())
            .with("vlan", "6")
            .container("other")
            .netns(other.path())
            .attach());
    IpAddress address = second.ips().getFirst().address().address();
    ping(a, address);
    ping(a, first.ips().getFirst().gateway().orElseThrow());
    assertThrows(IOException.class, () -> ping(other, address));
    plugin.check(call.container("a").netns(a.path()).after(first).attach());
  }

  private static Call dualStack() {
    return Call.withPool(new AddressPool("10.1.0.0/24", "fd00:1::/64"));
  }

  private TestNamespace namespace() throws IOException {
    TestNamespace namespace = TestNamespace.create();
    namespaces.add(namespace);
    return namespace;
  }

  private static void ping(TestNamespace from, IpAddress to) throws Exception {
    from.run("busybox", "ping", "-c", "1", "-W", "1", to.toString());
  }

  private List<String> attachedLinks() {
    List<String> names = new ArrayList<>();
    for (Link link : host.links()) {
      if (VethMark.isOf("blue", link)) {
        names.add(link.name());
      }
    }
    return names;
  }

  private String rules() throws Exception {
    return node.run("sh", "-c", "iptables-save; ip6tables-save; nft list ruleset");
  }

  private boolean hasBackend(String backend) {
    return Masquerade.on(host, MasqueradeBackend.parse(backend)).obstacle().isEmpty();
  }

  private boolean filtersVlans() {
    try {
      Link probe =
          host.create(new NewLink.Bridge("probe", Optional.empty(), OptionalInt.empty(), 0, true));
      host.deleteLink(probe.index());
      return true;
    } catch (KernelException e) {
      assertEquals(Errno.EOPNOTSUPP, e.errno());
      return false;
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
