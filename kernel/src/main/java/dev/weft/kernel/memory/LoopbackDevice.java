package dev.weft.kernel.memory;

import dev.weft.kernel.Link;
import dev.weft.kernel.Link.OperationalState;
import dev.weft.net.MacAddress;

/** The device {@code lo} of a namespace. */
final class LoopbackDevice extends Device {
  private static final int DEFAULT_MTU = 65536;

  LoopbackDevice(NetworkStack home) {
    super(home, 1, "lo", new MacAddress(0), DEFAULT_MTU, 0);
  }

  @Override
  Link.Kind kind() {
    return new Link.Kind.Loopback();
  }

  @Override
  boolean carrier() {
    return true;
  }

  @Override
  int minMtu() {
    return 0;
  }

  @Override
  int maxMtu() {
    return Integer.MAX_VALUE;
  }

  @Override
  OperationalState stateWhenUp() {
    return OperationalState.UNKNOWN;
  }
}
