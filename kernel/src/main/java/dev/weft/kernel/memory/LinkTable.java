package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The devices of one namespace, by index and by name. */
final class LinkTable {
  private static final int MAX_NAME_BYTES = 15;

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
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      throw new KernelException(
          Errno.ERANGE, "The link name " + name + " is longer than 15 bytes.");
    }
    boolean valid = !name.isEmpty() && !name.equals(".") && !name.equals("..");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      valid &= c != '/' && c != ':' && c > ' ' && c != 0x7F;
    }
    if (!valid) {
      throw new KernelException(
          Errno.EINVAL,
          "The link name \"" + name + "\" is empty, a dot name, or has a slash, colon or space.");
    }
  }
}
