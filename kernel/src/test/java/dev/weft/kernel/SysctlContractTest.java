package dev.weft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Settings: those of the namespace, and those of its links, which come and go with them. */
class SysctlContractTest extends NamespaceContract {

  @Test
  void settingsOfALinkExistWhileItDoes() {
    String[] key = {"net", "ipv4", "conf", "a.1", "rp_filter"};
    assertFalse(here.sysctl().exists(key));
    Link a = veth("a.1", MAC_A);
    assertTrue(here.sysctl().exists(key));
    here.sysctl().set("2", key);
    assertEquals("2", here.sysctl().get(key));
    here.deleteLink(a.index());
    refused(Errno.ENOENT, () -> here.sysctl().get(key));
    refused(Errno.ENOENT, () -> here.sysctl().set("1", key));
  }

  @Test
  void settingsFollowALinksName() {
    Link a = veth("a", MAC_A);
    here.sysctl().set("2", "net", "ipv4", "conf", "a", "rp_filter");
    here.change(a.index(), new LinkChange.Rename("x"));
    assertEquals("2", here.sysctl().get("net", "ipv4", "conf", "x", "rp_filter"));
    assertFalse(here.sysctl().exists("net", "ipv4", "conf", "a", "rp_filter"));
  }

  @Test
  void aNewLinkTakesTheDefaults() {
    here.sysctl().set("1", "net", "ipv4", "conf", "default", "arp_notify");
    here.sysctl().set("0", "net", "ipv6", "conf", "default", "accept_ra");
    veth("a", MAC_A);
    assertEquals("1", here.sysctl().get("net", "ipv4", "conf", "a", "arp_notify"));
    assertEquals("0", here.sysctl().get("net", "ipv6", "conf", "a", "accept_ra"));
  }

  @Test
  void forwardingForAllIsForwardingForEach() {
    veth("a", MAC_A);
    here.sysctl().set("1", "net", "ipv4", "ip_forward");
    assertEquals("1", forwarding("ipv4", "all"));
    assertEquals("1", forwarding("ipv4", "default"));
    assertEquals("1", forwarding("ipv4", "a"));
    here.sysctl().set("0", "net", "ipv4", "conf", "all", "forwarding");
    assertEquals("0", here.sysctl().get("net", "ipv4", "ip_forward"));
    assertEquals("0", forwarding("ipv4", "a"));
    here.sysctl().set("1", "net", "ipv4", "conf", "a", "forwarding");
    assertEquals("0", forwarding("ipv4", "all"));
    here.sysctl().set("1", "net", "ipv6", "conf", "all", "forwarding");
    assertEquals("1", forwarding("ipv6", "a"));
    assertEquals("1", forwarding("ipv6", "default"));
    assertEquals("0", there.sysctl().get("net", "ipv6", "conf", "all", "forwarding"));
  }

  @Test
  void aNumberMustBeANumber() {
    refused(Errno.EINVAL, () -> here.sysctl().set("abc", "net", "ipv4", "ip_forward"));
    refused(Errno.EINVAL, () -> here.sysctl().set("99999999999", "net", "ipv4", "ip_forward"));
    here.sysctl().set("0x10", "net", "ipv4", "conf", "lo", "rp_filter");
    assertEquals("16", here.sysctl().get("net", "ipv4", "conf", "lo", "rp_filter"));
  }

  @Test
  void theKeysOfThePluginsAreThere() {
    veth("a", MAC_A);
    for (String key :
        new String[] {
          "forwarding", "rp_filter", "arp_notify", "route_localnet", "proxy_arp", "accept_local"
        }) {
      assertTrue(here.sysctl().exists("net", "ipv4", "conf", "a", key), key);
    }
    for (String key :
        new String[] {
          "forwarding",
          "accept_ra",
          "accept_dad",
          "enhanced_dad",
          "keep_addr_on_down",
          "disable_ipv6",
          "proxy_ndp",
          "addr_gen_mode"
        }) {
      assertTrue(here.sysctl().exists("net", "ipv6", "conf", "a", key), key);
    }
    assertFalse(here.sysctl().exists("net", "ipv4", "nonsense"));
    refused(Errno.ENOENT, () -> here.sysctl().get("net", "ipv4", "nonsense"));
  }

  private String forwarding(String family, String device) {
    return here.sysctl().get("net", family, "conf", device, "forwarding");
  }
}
