package dev.weft.cni;

import java.util.Optional;

/** The plugins that this program holds; one is loaded only when it is asked for. */
@FunctionalInterface
public interface PluginTable {

  /** The plugin of this type. */
  Optional<Plugin> find(String type);
}
