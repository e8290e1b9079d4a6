package dev.weft.iptables.flat;

import dev.weft.services.ObjectName;
import dev.weft.services.Protocol;
import dev.weft.services.ServedPort;
import java.util.Comparator;

/** Which port of which Service, within one family. */
record PortId(ObjectName service, String portName, Protocol protocol)
    implements Comparable<PortId> {
  private static final Comparator<PortId> ORDER =
      Comparator.comparing(PortId::service)
          .thenComparing(PortId::portName)
          .thenComparing(PortId::protocol);

  static PortId of(ServedPort port) {
    return new PortId(port.service(), port.portName(), port.protocol());
  }

  @Override
  public int compareTo(PortId other) {
    return ORDER.compare(this, other);
  }
}
