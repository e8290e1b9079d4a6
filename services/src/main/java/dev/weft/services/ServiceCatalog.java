package dev.weft.services;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The objects that there are, and what they changed of what this node must serve since somebody
 * last asked. A change costs what its Service costs, however many others there are.
 *
 * <p>Objects may come in any order, slices before their Service too. Used by one thread at a time.
 */
public final class ServiceCatalog {
  private NodeIdentity node;
  private final Map<ObjectName, Service> services = new HashMap<>();

  /** By the Service that they are of, whether or not it is there. */
  private final Map<ObjectName, Map<ObjectName, EndpointSlice>> slices = new HashMap<>();

  /** Of which Service a slice is; its label may change. */
  private final Map<ObjectName, ObjectName> owners = new HashMap<>();

  /** What was told of each Service that has something. */
  private final Map<ObjectName, List<ServedPort>> told = new TreeMap<>();

  private final Set<ObjectName> touched = new TreeSet<>();

  public ServiceCatalog(NodeIdentity node) {
    this.node = node;
  }

  /**
   * What became of a Service.
   *
   * @param before its ports as they were told last; none for a new one
   * @param after its ports now; none if it is gone, or not served any more
   */
  public record Change(ObjectName service, List<ServedPort> before, List<ServedPort> after) {
    public Change {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }
  }

  /** There is this object now, new or changed. */
  public void put(ServiceObject object) {
    switch (object) {
      case Service service -> put(service);
      case EndpointSlice slice -> put(slice);
    }
  }

  /** There is this Service now, new or changed. */
  public void put(Service service) {
    services.put(service.name(), service);
    touched.add(service.name());
  }

  /** There is no Service of this name any more. */
  public void removeService(ObjectName name) {
    if (services.remove(name) != null) {
      touched.add(name);
    }
  }

  /** There is this slice now, new or changed. */
  public void put(EndpointSlice slice) {
    ObjectName before = owners.put(slice.name(), slice.service());
    if (before != null && !before.equals(slice.service())) {
      disown(before, slice.name());
    }
    slices.computeIfAbsent(slice.service(), _ -> new TreeMap<>()).put(slice.name(), slice);
    touched.add(slice.service());
  }

  /** There is no slice of this name any more. */
  public void removeSlice(ObjectName name) {
    ObjectName owner = owners.remove(name);
    if (owner != null) {
      disown(owner, name);
    }
  }

  private void disown(ObjectName owner, ObjectName slice) {
    Map<ObjectName, EndpointSlice> left = Objects.requireNonNull(slices.get(owner));
    left.remove(slice);
    if (left.isEmpty()) {
      slices.remove(owner);
    }
    touched.add(owner);
  }

  /** These are all objects that there are, as after a list; what else was known is gone. */
  public void replaceAll(Collection<Service> allServices, Collection<EndpointSlice> allSlices) {
    Set<ObjectName> goneServices = new HashSet<>(services.keySet());
    Set<ObjectName> goneSlices = new HashSet<>(owners.keySet());
    for (Service service : allServices) {
      goneServices.remove(service.name());
      put(service);
    }
    for (EndpointSlice slice : allSlices) {
      goneSlices.remove(slice.name());
      put(slice);
    }
    goneServices.forEach(this::removeService);
    goneSlices.forEach(this::removeSlice);
  }

  /** The node is another now, or elsewhere: what it serves of each Service may change. */
  public void move(NodeIdentity here) {
    node = here;
    touched.addAll(services.keySet());
  }

  /**
   * What differs from what was told before, ordered by name: a Service that came and went, or whose
   * objects changed in nothing that matters here, is not among it.
   */
  public List<Change> takeChanges() {
    List<Change> changes = new ArrayList<>();
    for (ObjectName name : touched) {
      List<ServedPort> before = told.getOrDefault(name, List.of());
      List<ServedPort> after = served(name);
      if (!before.equals(after)) {
        changes.add(new Change(name, before, after));
        if (after.isEmpty()) {
          told.remove(name);
        } else {
          told.put(name, after);
        }
      }
    }
    touched.clear();
    return changes;
  }

  private List<ServedPort> served(ObjectName name) {
    return Optional.ofNullable(services.get(name))
        .map(service -> ServedPort.of(service, slices.getOrDefault(name, Map.of()).values(), node))
        .orElse(List.of());
  }

  /** All that was told and still holds, ordered by the name of the Service. */
  public List<ServedPort> told() {
    List<ServedPort> all = new ArrayList<>();
    told.values().forEach(all::addAll);
    return all;
  }
}
