package dev.weft.watch;

import dev.weft.services.EndpointSlice;
import dev.weft.services.ObjectName;
import dev.weft.services.Service;
import dev.weft.services.ServiceObject;
import dev.weft.services.ServiceObjects;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The objects that were told last, by which it is seen what there is to tell. */
final class ToldObjects {
  private boolean begun;
  private Map<ObjectName, Service> services = Map.of();
  private Map<ObjectName, EndpointSlice> slices = Map.of();

  /** Tells all the first time, and later what differs. */
  void tell(ServiceObjects objects, List<ObjectEvent> to) {
    Map<ObjectName, Service> nowServices = byName(objects.services());
    Map<ObjectName, EndpointSlice> nowSlices = byName(objects.slices());
    if (begun) {
      Differences.tell(services, nowServices, ObjectEvent.ServiceGone::new, to::add);
      Differences.tell(slices, nowSlices, ObjectEvent.SliceGone::new, to::add);
    } else {
      to.add(new ObjectEvent.Replaced(objects.services(), objects.slices()));
    }
    begun = true;
    services = nowServices;
    slices = nowSlices;
  }

  private static <T extends ServiceObject> Map<ObjectName, T> byName(List<T> objects) {
    Map<ObjectName, T> named = LinkedHashMap.newLinkedHashMap(objects.size());
    objects.forEach(object -> named.put(object.name(), object));
    return named;
  }
}
