package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.Sysctl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The settings of one namespace, with those of its devices and their defaults. */
final class SysctlTree implements Sysctl {
  private static final String FORWARDING = "forwarding";
  private static final List<String> FAMILIES = List.of("ipv4", "ipv6");

  private final Listener listener;
  private final Map<List<String>, String> values = new TreeMap<>(SysctlTree::compare);

  /** Hears of a setting that changes more than itself. */
  interface Listener {
    void disableIpv6Changed(String device, boolean disabled);
  }

  SysctlTree(Listener listener) {
    this.listener = listener;
    SysctlDefaults.NAMESPACE.forEach((key, value) -> values.put(List.of(key.split("/")), value));
    for (String family : FAMILIES) {
      SysctlDefaults.device(family)
          .forEach(
              (key, value) -> {
                values.put(conf(family, "default", key), value);
                values.put(conf(family, "all", key), value);
              });
    }
    values.put(conf("ipv4", "all", "accept_source_route"), "0");
    values.put(conf("ipv6", "all", "accept_dad"), "0");
  }

  /** A new device takes the settings under {@code default}. */
  void addDevice(Device device) {
    for (String family : FAMILIES) {
      for (String key : SysctlDefaults.device(family).keySet()) {
        values.put(conf(family, device.name, key), require(conf(family, "default", key)));
      }
      SysctlDefaults.neighbour(family)
          .forEach((key, value) -> values.put(neigh(family, device.name, key), value));
    }
    if (device instanceof LoopbackDevice) {
      values.put(conf("ipv4", device.name, "disable_policy"), "1");
      values.put(conf("ipv4", device.name, "disable_xfrm"), "1");
      values.put(conf("ipv6", device.name, "accept_dad"), "-1");
    }
    values.put(conf("ipv6", device.name, "mtu"), Integer.toString(device.mtu));
  }

  void removeDevice(String name) {
    values.keySet().removeIf(key -> isOf(key, name));
  }

  void renameDevice(String from, String to) {
    Map<List<String>, String> moved = new TreeMap<>(SysctlTree::compare);
    values.forEach(
        (key, value) -> {
          if (isOf(key, from)) {
            moved.put(List.of(key.get(0), key.get(1), key.get(2), to, key.get(4)), value);
          }
        });
    removeDevice(from);
    values.putAll(moved);
  }

  /** The number that a device has for a key, or 0. */
  int number(String family, String device, String key) {
    String value = values.get(conf(family, device, key));
    return value == null ? 0 : Integer.parseInt(value);
  }

  Map<String, String> all() {
    Map<String, String> all = new TreeMap<>();
    values.forEach((key, value) -> all.put(String.join("/", key), value));
    return all;
  }

  @Override
  public String get(String... key) {
    return require(List.of(key));
  }

  @Override
  public boolean exists(String... key) {
    return values.containsKey(List.of(key));
  }

  @Override
  public void set(String value, String... key) {
    List<String> path = List.of(key);
    String before = require(path);
    String after = isNumber(before) ? number(value, path) : value.strip();
    values.put(path, after);
    spread(path, before, after);
  }

  /** Some settings write others: forwarding for all, and IPv6 switched off. */
  private void spread(List<String> path, String before, String after) {
    boolean forwardV4 =
        path.equals(List.of("net", "ipv4", "ip_forward"))
            || path.equals(conf("ipv4", "all", FORWARDING));
    if (forwardV4) {
      values.put(List.of("net", "ipv4", "ip_forward"), after);
      setForAll("ipv4", FORWARDING, after);
    } else if (path.equals(conf("ipv6", "all", FORWARDING))) {
      setForAll("ipv6", FORWARDING, after);
    } else if (path.equals(conf("ipv6", "all", "disable_ipv6"))) {
      for (String device : setForAll("ipv6", "disable_ipv6", after)) {
        listener.disableIpv6Changed(device, !after.equals("0"));
      }
    } else if (path.size() == 5
        && path.get(1).equals("ipv6")
        && path.get(4).equals("disable_ipv6")
        && !path.get(3).equals("default")
        && before.equals("0") != after.equals("0")) {
      listener.disableIpv6Changed(path.get(3), !after.equals("0"));
    }
  }

  /** Sets a key for every device, for {@code default} and for {@code all}; says which changed. */
  private List<String> setForAll(String family, String name, String value) {
    List<String> changed = new ArrayList<>();
    values.replaceAll(
        (key, old) -> {
          boolean same =
              key.size() == 5
                  && key.get(1).equals(family)
                  && key.get(2).equals("conf")
                  && key.get(4).equals(name);
          if (same && !old.equals(value)) {
            changed.add(key.get(3));
          }
          return same ? value : old;
        });
    changed.remove("all");
    changed.remove("default");
    return changed;
  }

  private String require(List<String> key) {
    @Nullable String value = values.get(key);
    if (value == null) {
      throw new KernelException(Errno.ENOENT, "There is no setting " + String.join("/", key) + ".");
    }
    return value;
  }

  private static boolean isNumber(String value) {
    return !value.isEmpty() && value.indexOf('\t') < 0;
  }

  /** As strtoul reads it: decimal, octal or hexadecimal. */
  private static String number(String value, List<String> key) {
    try {
      return Integer.toString(Integer.decode(value.strip()));
    } catch (NumberFormatException e) {
      throw new KernelException(
          Errno.EINVAL,
          "The setting " + String.join("/", key) + " is a number, which \"" + value + "\" is not.",
          e);
    }
  }

  private static boolean isOf(List<String> key, String device) {
    return key.size() == 5 && key.get(3).equals(device);
  }

  private static List<String> conf(String family, String device, String key) {
    return List.of("net", family, "conf", device, key);
  }

  private static List<String> neigh(String family, String device, String key) {
    return List.of("net", family, "neigh", device, key);
  }

  private static int compare(List<String> one, List<String> other) {
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      int part = one.get(i).compareTo(other.get(i));
      if (part != 0) {
        return part;
      }
    }
    return Integer.compare(one.size(), other.size());
  }
}
