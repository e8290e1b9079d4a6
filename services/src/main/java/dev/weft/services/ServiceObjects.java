package dev.weft.services;

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
    ObjectGathering gathering = new ObjectGathering(manifests.problems());
    manifests.objects().forEach(gathering::add);
    return gathering.objects();
  }
}
