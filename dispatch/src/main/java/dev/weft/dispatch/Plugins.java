package dev.weft.dispatch;

import dev.weft.cni.Plugin;
import dev.weft.cni.PluginTable;
import dev.weft.ipam.HostLocalPlugin;
import dev.weft.ipam.StaticPlugin;
import dev.weft.kernel.Kernel;
import dev.weft.plugins.bridge.BridgePlugin;
import dev.weft.plugins.loopback.LoopbackPlugin;
import java.util.Optional;

/** Every plugin that Weft has, made of what it needs. */
record Plugins(Kernel kernel) implements PluginTable {

  @Override
  public Optional<Plugin> find(String type) {
    return switch (type) {
      case "bridge" -> Optional.of(new BridgePlugin(kernel));
      case "host-local" -> Optional.of(new HostLocalPlugin());
      case "loopback" -> Optional.of(new LoopbackPlugin(kernel));
      case "static" -> Optional.of(new StaticPlugin());
      default -> Optional.empty();
    };
  }
}
