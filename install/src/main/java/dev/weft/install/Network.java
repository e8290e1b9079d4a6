package dev.weft.install;

import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A network that runtimes shall have.
 *
 * @param content a list of plugins, as the file of it
 * @param plugins the types that the list names, IPAM included
 */
public record Network(String content, List<String> plugins) {

  public Network {
    plugins = List.copyOf(plugins);
  }

  /** Where pods get their addresses unless somebody says otherwise; no other default is known. */
  public static final IpPrefix DEFAULT_SUBNET = IpPrefix.of("10.87.0.0/16");

  /**
   * A bridge with masquerade, on which pods get an address of each subnet.
   *
   * @param subnets at most one per family; none for {@link #DEFAULT_SUBNET}
   * @throws InstallException if one is no network with room for pods
   */
  public static Network ofSubnets(List<IpPrefix> subnets) {
    List<String> ranges = new ArrayList<>();
    Set<IpFamily> families = EnumSet.noneOf(IpFamily.class);
    for (IpPrefix subnet : subnets.isEmpty() ? List.of(DEFAULT_SUBNET) : subnets) {
      if (!subnet.isNetwork()) {
        throw refused(subnet, "has host bits, but should be " + subnet.network());
      }
      if (subnet.length() > subnet.family().bits() - 2) {
        throw refused(
            subnet, "is too small, but should be /" + (subnet.family().bits() - 2) + " or wider");
      }
      if (subnet.length() == 0) {
        throw refused(subnet, "is every address there is, but should be a network for pods");
      }
      if (!families.add(subnet.family())) {
        throw refused(subnet, "is the second of its family, but should be the only one");
      }
      ranges.add("[ { \"subnet\": \"" + subnet + "\" } ]");
    }
    return new Network(
        """
        {
          "cniVersion": "1.0.0",
          "name": "weft",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "weft0",
              "isDefaultGateway": true,
              "ipMasq": true,
              "ipam": {
                "type": "host-local",
                "ranges": [
                  %s
                ]
              }
            }
          ]
        }
        """
            .formatted(String.join(",\n          ", ranges)),
        List.of("bridge", "host-local"));
  }

  byte[] bytes() {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  private static InstallException refused(IpPrefix subnet, String why) {
    return new InstallException("--subnet " + subnet + " " + why);
  }
}
