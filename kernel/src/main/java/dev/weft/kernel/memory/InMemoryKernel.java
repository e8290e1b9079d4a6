package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.Kernel;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NamespaceId;
import dev.weft.kernel.NetworkNamespace;
import dev.weft.net.MacAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A kernel in memory: namespaces are made by {@link #addNamespace} and found by the same path.
 *
 * <p>Tests hear of every change, or make one fail, with {@link #onChange}; they compare all that
 * there is before and after with {@link #state}.
 */
public final class InMemoryKernel implements Kernel {
  private static final Path OWN = Path.of("/proc/self/ns/net");
  private static final long DEVICE = 4;

  /** Linux has one lock for all of rtnetlink as well: a veth pair spans two namespaces. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<Path, NetworkStack> namespaces = new LinkedHashMap<>();
  private final Set<KernelFeature> features;
  private long lastInode = 4_026_531_840L;
  private long lastMac;
  private volatile ChangeHook hook = ChangeHook.none();
  private final AtomicLong changes = new AtomicLong();

  /** A kernel that has everything. */
  public InMemoryKernel() {
    this(EnumSet.allOf(KernelFeature.class));
  }

  private InMemoryKernel(Set<KernelFeature> features) {
    this.features = features;
    addNamespace(OWN);
  }

  /** A kernel that was built without these, and with everything else. */
  public static InMemoryKernel without(KernelFeature... missing) {
    Set<KernelFeature> features = EnumSet.allOf(KernelFeature.class);
    features.removeAll(List.of(missing));
    return new InMemoryKernel(features);
  }

  /**
   * Makes a namespace with nothing but {@code lo}, which {@link #open} then finds.
   *
   * @throws KernelException with {@link Errno#EEXIST} if the path has one
   */
  public void addNamespace(Path path) {
    locked(
        () -> {
          if (namespaces.containsKey(path)) {
            throw new KernelException(
                Errno.EEXIST, "There is a namespace at " + path + " already.");
          }
          NamespaceId id = new NamespaceId(DEVICE, ++lastInode);
          namespaces.put(
              path, new NetworkStack(id, features, operation -> announce(id, operation)));
        });
  }

  /**
   * Takes a namespace away as if its last user had gone: its links end, and veth peers elsewhere
   * with them. Handles that are open see it empty.
   *
   * @throws KernelException with {@link Errno#ENOENT} if there is none
   */
  public void removeNamespace(Path path) {
    locked(
        () -> {
          NetworkStack stack = require(path);
          for (Device device : stack.links.all()) {
            delete(device);
          }
          namespaces.remove(path);
        });
  }

  @Override
  public NetworkNamespace own() {
    return open(OWN);
  }

  @Override
  public NetworkNamespace open(Path path) {
    lock.lock();
    try {
      return new InMemoryNamespace(this, require(path));
    } finally {
      lock.unlock();
    }
  }

  /** Sets who hears of changes from now on, counted from 1 again. */
  public void onChange(ChangeHook listener) {
    locked(
        () -> {
          hook = listener;
          changes.set(0);
        });
  }

  /** How many changes have been asked for since {@link #onChange}. */
  public long changes() {
    return changes.get();
  }

  /** All that can be read of every namespace, by path. */
  public Map<Path, NamespaceState> state() {
    lock.lock();
    try {
      Map<Path, NamespaceState> all = new LinkedHashMap<>();
      namespaces.forEach((path, stack) -> all.put(path, stack.state()));
      return all;
    } finally {
      lock.unlock();
    }
  }

  ReentrantLock lock() {
    return lock;
  }

  boolean hasVlanFiltering() {
    return features.contains(KernelFeature.VLAN_FILTERING);
  }

  void announce(NetworkStack stack, String operation) {
    announce(stack.id, operation);
  }

  /** Takes no lock: rules have locks of their own, as in Linux, but all changes count alike. */
  private void announce(NamespaceId id, String operation) {
    hook.before(new Change(changes.incrementAndGet(), id, operation));
  }

  MacAddress nextMac() {
    return MacAddress.locallyAdministered(0x7766_7400_0000L + ++lastMac);
  }

  /** Takes a device away, and a veth's peer with it. */
  static void delete(Device device) {
    if (device instanceof VethDevice veth) {
      veth.peer().home.remove(veth.peer());
    }
    device.home.remove(device);
  }

  private NetworkStack require(Path path) {
    NetworkStack stack = namespaces.get(path);
    if (stack == null) {
      throw new KernelException(Errno.ENOENT, "There is no namespace at " + path + ".");
    }
    return stack;
  }

  private void locked(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }
}
