package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NewLink;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The devices of one namespace, by index and by name. */
final class LinkTable {

  private final TreeMap<Integer, Device> byIndex = new TreeMap<>();
  private int lastIndex = 1;

  int nextIndex() {
    return ++lastIndex;
  }

  void add(Device device) {
    byIndex.put(device.index, device);
  }

  void remove(Device device) {
    byIndex.remove(device.index);
  }

  /** A copy: it may be walked while devices go. */
  List<Device> all() {
    return new ArrayList<>(byIndex.values());
  }

  @Nullable Device find(int index) {
    return byIndex.get(index);
  }

  @Nullable Device find(String name) {
    for (Device device : byIndex.values()) {
      if (device.name.equals(name)) {
        return device;
      }
    }
    return null;
  }

  Device require(int index) {
    Device device = byIndex.get(index);
    if (device == null) {
      throw new KernelException(Errno.ENODEV, "There is no link with index " + index + ".");
    }
    return device;
  }

  /** Refuses what dev_valid_name refuses, and a name that another device bears. */
  void requireFree(String name) {
    requireValid(name);
    if (find(name) != null) {
      throw new KernelException(Errno.EEXIST, "A link named " + name + " exists already.");
    }
  }

  private static void requireValid(String name) {
    if (!NewLink.isName(name)) {
      throw new KernelException(
          Errno.EINVAL,
          "'" + name + "' is no name for a link: 1 to 15 bytes without '/', ':' and white space");
    }
  }
}
