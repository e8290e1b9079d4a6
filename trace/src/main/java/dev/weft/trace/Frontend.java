package dev.weft.trace;

import dev.weft.net.IpAddress;
import dev.weft.services.ServedPort;
import java.util.ArrayList;
import java.util.List;

/**
 * An address at which a port of a Service can be reached; node ports have none of their own.
 *
 * @param kind in words: {@code cluster IP}
 */
record Frontend(IpAddress address, String kind, ServedPort port) {

  static List<Frontend> of(ServedPort port) {
    List<Frontend> all = new ArrayList<>();
    all.add(new Frontend(port.clusterIp(), "cluster IP", port));
    port.externalIps().forEach(address -> all.add(new Frontend(address, "external IP", port)));
    port.loadBalancerIps()
        .forEach(address -> all.add(new Frontend(address, "load balancer IP", port)));
    return all;
  }

  /** {@code 80/TCP (http)}. */
  static String number(ServedPort port) {
    String name = port.portName().isEmpty() ? "" : " (" + port.portName() + ")";
    return port.port() + "/" + port.protocol() + name;
  }
}
