package dev.weft.services;

import java.util.Collection;
import java.util.List;

/**
 * The Services and EndpointSlices among manifests. What is wrong with one of them leaves out that
 * one, and is told. Other kinds are passed over.
 *
 * @param problems with the manifests and with their objects
 */
public record ServiceObjects(
    List<Service> services, List<EndpointSlice> slices, List<Problem> problems) {

  public ServiceObjects {
    services = List.copyOf(services);
    slices = List.copyOf(slices);
    problems = List.copyOf(problems);
  }

  /** Of objects of one kind and name the last counts. */
  public static ServiceObjects of(Manifests manifests) {
    return of(manifests.objects().stream().map(ObjectReading::of).toList(), manifests.problems());
  }

  /**
   * The same of objects that were read before.
   *
   * @param problems with what is none of them
   */
  public static ServiceObjects of(
      Collection<ObjectReading> readings, Collection<Problem> problems) {
    ObjectGathering gathering = new ObjectGathering(problems);
    readings.forEach(gathering::add);
    return gathering.objects();
  }
}
