package dev.weft.iptables.flat;

import dev.weft.kernel.nft.Expression;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.net.IpFamily;
import java.util.List;

/**
 * The sets and maps of one family's table.
 *
 * @param frontends where packets are sent, address, protocol and port → {@link Word}
 * @param nodePorts protocol and port → {@link Word}
 * @param nearFrontends of those whose endpoints for packets from outside are this node's: frontend
 *     → {@link Word} for packets from here
 * @param nearNodePorts likewise
 * @param restricted of those that not everybody may use: frontend → {@link Word} for who may
 * @param nodeAddresses where node ports are served
 * @param picks how an endpoint is picked, as a {@link Word} has it → chain
 * @param endpoints set of endpoints, from 0 on → address and port; for ports without affinity
 * @param numbers set of endpoints, from 0 on → {@link Endpoint}; for ports with affinity
 * @param allEndpoints {@link Endpoint} → address and port
 * @param localEndpoints likewise, those on this node
 * @param present the keys of {@code allEndpoints}
 * @param presentLocal the keys of {@code localEndpoints}
 * @param affinity {@link Endpoint}, client
 * @param hairpins source, destination, protocol, port: an endpoint that reaches itself
 * @param sourceRanges port, and who may use its restricted frontends
 * @param clusterIps all that are assigned
 */
record FlatSets(
    IpFamily family,
    SetDefinition frontends,
    SetDefinition nodePorts,
    SetDefinition nearFrontends,
    SetDefinition nearNodePorts,
    SetDefinition restricted,
    SetDefinition nodeAddresses,
    SetDefinition picks,
    SetDefinition endpoints,
    SetDefinition numbers,
    SetDefinition allEndpoints,
    SetDefinition localEndpoints,
    SetDefinition present,
    SetDefinition presentLocal,
    SetDefinition affinity,
    SetDefinition hairpins,
    SetDefinition sourceRanges,
    SetDefinition clusterIps) {

  /** How many clients of all Services with affinity are remembered. */
  private static final int CLIENTS = 1 << 20;

  static FlatSets of(IpFamily family) {
    SetDefinition.Type address =
        family == IpFamily.V4 ? SetDefinition.Type.IPV4_ADDR : SetDefinition.Type.IPV6_ADDR;
    SetDefinition.Type protocol = SetDefinition.Type.INET_PROTO;
    SetDefinition.Type port = SetDefinition.Type.INET_SERVICE;
    List<SetDefinition.Type> mark = List.of(SetDefinition.Type.MARK);
    List<SetDefinition.Type> marks = List.of(SetDefinition.Type.MARK, SetDefinition.Type.MARK);
    List<SetDefinition.Type> client = List.of(SetDefinition.Type.MARK, address);
    List<SetDefinition.Type> frontend = List.of(address, protocol, port);
    List<SetDefinition.Type> nodePort = List.of(protocol, port);
    List<SetDefinition.Type> socket = List.of(address, port);
    return new FlatSets(
        family,
        SetDefinition.map("frontends", frontend, mark),
        SetDefinition.map("node_ports", nodePort, mark),
        SetDefinition.map("near_frontends", frontend, mark),
        SetDefinition.map("near_node_ports", nodePort, mark),
        SetDefinition.map("restricted_frontends", frontend, mark),
        SetDefinition.set("node_port_addresses", List.of(address)),
        SetDefinition.dispatch("picks", SetDefinition.Type.MARK),
        SetDefinition.map("endpoints", marks, socket),
        SetDefinition.map("endpoint_numbers", marks, mark),
        SetDefinition.map("all_endpoints", mark, socket),
        SetDefinition.map("local_endpoints", mark, socket),
        SetDefinition.set("present", mark),
        SetDefinition.set("present_local", mark),
        SetDefinition.memory("affinity", client, CLIENTS),
        SetDefinition.set("hairpins", List.of(address, address, protocol, port)),
        SetDefinition.ranges("source_ranges", client),
        SetDefinition.set("cluster_ips", List.of(address)));
  }

  List<SetDefinition> all() {
    return List.of(
        frontends,
        nodePorts,
        nearFrontends,
        nearNodePorts,
        restricted,
        nodeAddresses,
        picks,
        endpoints,
        numbers,
        allEndpoints,
        localEndpoints,
        present,
        presentLocal,
        affinity,
        hairpins,
        sourceRanges,
        clusterIps);
  }

  Expression source() {
    return new Expression.Address(family, Expression.Side.SOURCE);
  }

  Expression destination() {
    return new Expression.Address(family, Expression.Side.DESTINATION);
  }
}
