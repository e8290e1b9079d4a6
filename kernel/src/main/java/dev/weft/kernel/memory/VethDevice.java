package dev.weft.kernel.memory;

import dev.weft.kernel.Link;
import dev.weft.kernel.Link.OperationalState;
import dev.weft.net.MacAddress;
import org.jspecify.annotations.Nullable;

/** One end of a veth pair: its medium is there while both ends are up. */
final class VethDevice extends Device {
  private @Nullable VethDevice peer;

  VethDevice(NetworkStack home, int index, String name, MacAddress mac, int mtu, int group) {
    super(home, index, name, mac, mtu, group);
  }

  /** Ties the two ends together, once. */
  static void join(VethDevice one, VethDevice other) {
    one.peer = other;
    other.peer = one;
  }

  VethDevice peer() {
    if (peer == null) {
      throw new IllegalStateException("veth " + name + " has not been joined to its peer");
    }
    return peer;
  }

  @Override
  Link.Kind kind() {
    return new Link.Kind.Veth(peer().index, peer().home == home);
  }

  @Override
  boolean carrier() {
    return up && peer().up;
  }

  /**
   * Without a medium Linux asks whether the lower device lacks it too, and looks that one up by the
   * peer's index in this namespace even if the peer is in another (default_operstate in
   * net/core/link_watch.c).
   */
  @Override
  OperationalState stateWhenUp() {
    if (carrier()) {
      return OperationalState.UP;
    }
    Device lower = peer().index == index ? null : home.links.find(peer().index);
    return lower == null || lower.carrier()
        ? OperationalState.DOWN
        : OperationalState.LOWER_LAYER_DOWN;
  }
}
