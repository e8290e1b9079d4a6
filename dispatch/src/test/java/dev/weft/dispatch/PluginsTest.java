package dev.weft.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.PluginTable;
import dev.weft.kernel.memory.InMemoryKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table gives each plugin under the name that it goes by. */
class PluginsTest {
  private final PluginTable plugins = new Plugins(new InMemoryKernel());

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "host-local", "loopback", "static"})
  void pluginIsFoundByItsType(String type) {
    assertEquals(type, plugins.find(type).orElseThrow().type());
  }

  @Test
  void anythingElseIsNoPlugin() {
    assertTrue(plugins.find("weft").isEmpty());
    assertTrue(plugins.find("").isEmpty());
    assertTrue(plugins.find("Bridge").isEmpty());
  }
}
