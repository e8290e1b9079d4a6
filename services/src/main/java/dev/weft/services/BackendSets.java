package dev.weft.services;

import dev.weft.net.IpFamily;
import dev.weft.services.EndpointSlice.Endpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which endpoints serve a port of a Service, for each policy. Both sets are in order and without
 * doubles: the same objects make the same sets.
 *
 * @param cluster where traffic of the policy Cluster goes; empty only if no endpoint of any node
 *     would take a connection
 * @param local where traffic of the policy Local goes; empty then too
 * @param localReady whether those that are local are ready; else they are about to end, or there
 *     are none
 * @param lingering all others that still serve the connections that they have, and get no new ones
 *     from here
 */
public record BackendSets(
    List<Backend> cluster, List<Backend> local, boolean localReady, List<Backend> lingering) {
  static final BackendSets NONE = new BackendSets(List.of(), List.of());

  public BackendSets {
    cluster = List.copyOf(cluster);
    local = List.copyOf(local);
    lingering = List.copyOf(lingering);
    if (cluster.isEmpty() && !local.isEmpty()) {
      throw new IllegalArgumentException("who serves this node serves all: " + local);
    }
  }

  /** Where all endpoints are ready. */
  public BackendSets(List<Backend> cluster, List<Backend> local) {
    this(cluster, local, !local.isEmpty(), List.of());
  }

  /**
   * Whether some endpoint of any node would take a connection: if none of a set would but this is
   * so, packets are dropped; else they are refused.
   */
  public boolean anywhere() {
    return !cluster.isEmpty();
  }

  /** An endpoint of a slice at one of its ports. */
  private record Candidate(Backend backend, Endpoint endpoint) {

    /** By usefulness; of two that are as useful always the same one comes last. */
    private static final Comparator<Candidate> ORDER =
        Comparator.comparing((Candidate candidate) -> candidate.endpoint.ready())
            .thenComparing(candidate -> candidate.endpoint.drains())
            .thenComparing(candidate -> candidate.backend.local())
            .thenComparing(candidate -> new TreeSet<>(candidate.endpoint.forNodes()).toString())
            .thenComparing(candidate -> new TreeSet<>(candidate.endpoint.forZones()).toString());

    boolean serves() {
      return endpoint.ready() || endpoint.serving();
    }

    /** The same address may stand in two slices while it moves: the more useful says how it is. */
    Candidate or(Candidate other) {
      return ORDER.compare(this, other) < 0 ? other : this;
    }
  }

  /**
   * Chooses the endpoints of one port.
   *
   * @param slices all those of the Service
   */
  static BackendSets of(
      Service.Port port, IpFamily family, Collection<EndpointSlice> slices, NodeIdentity node) {
    List<Candidate> all = candidates(port, family, slices, node);
    List<Candidate> ready = only(all, candidate -> candidate.endpoint.ready());
    List<Candidate> draining = only(all, candidate -> candidate.endpoint.drains());
    List<Candidate> near = only(ready, topology(ready, node));
    List<Candidate> cluster = near.isEmpty() ? draining : near;
    List<Candidate> local = localOrElse(ready, draining);
    return new BackendSets(
        backends(cluster),
        backends(local),
        local.stream().anyMatch(candidate -> candidate.endpoint.ready()),
        backends(lingering(all, cluster, local)));
  }

  private static List<Candidate> lingering(
      List<Candidate> all, List<Candidate> cluster, List<Candidate> local) {
    if (cluster.size() == all.size()) {
      return List.of();
    }
    Set<Candidate> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
    chosen.addAll(cluster);
    chosen.addAll(local);
    return only(all, candidate -> candidate.serves() && !chosen.contains(candidate));
  }

  private static List<Candidate> candidates(
      Service.Port port, IpFamily family, Collection<EndpointSlice> slices, NodeIdentity node) {
    Map<Backend, Candidate> all = new TreeMap<>();
    for (EndpointSlice slice : slices) {
      if (slice.family() != family) {
        continue;
      }
      for (EndpointSlice.Port target : slice.ports()) {
        if (target.name().equals(port.name()) && target.protocol() == port.protocol()) {
          for (Endpoint endpoint : slice.endpoints()) {
            boolean local = endpoint.nodeName().equals(Optional.of(node.name()));
            Candidate candidate =
                new Candidate(new Backend(endpoint.address(), target.port(), local), endpoint);
            Backend key = new Backend(endpoint.address(), target.port(), false);
            all.merge(key, candidate, Candidate::or);
          }
        }
      }
    }
    return List.copyOf(all.values());
  }

  /** Local sets have no topology, and their own last resort. */
  private static List<Candidate> localOrElse(List<Candidate> ready, List<Candidate> draining) {
    List<Candidate> local = only(ready, candidate -> candidate.backend.local());
    return local.isEmpty() ? only(draining, candidate -> candidate.backend.local()) : local;
  }

  /**
   * What hints leave: those for this node, if each endpoint has such hints and one is for it; else
   * those for its zone, likewise; else all. A hint that is missing may be one that is not written
   * yet, and then to heed the others would overload the few that have one.
   */
  private static Predicate<Candidate> topology(List<Candidate> ready, NodeIdentity node) {
    Set<String> nodes = new HashSet<>();
    Set<String> zones = new HashSet<>();
    boolean allHaveNodes = true;
    boolean allHaveZones = true;
    for (Candidate candidate : ready) {
      Endpoint endpoint = candidate.endpoint;
      allHaveNodes &= !endpoint.forNodes().isEmpty();
      allHaveZones &= !endpoint.forZones().isEmpty();
      nodes.addAll(endpoint.forNodes());
      zones.addAll(endpoint.forZones());
    }
    if (allHaveNodes && nodes.contains(node.name())) {
      return candidate -> candidate.endpoint.forNodes().contains(node.name());
    }
    if (allHaveZones && node.zone().isPresent() && zones.contains(node.zone().get())) {
      return candidate -> candidate.endpoint.forZones().contains(node.zone().get());
    }
    return _ -> true;
  }

  private static List<Candidate> only(List<Candidate> all, Predicate<Candidate> condition) {
    return all.stream().filter(condition).toList();
  }

  private static List<Backend> backends(List<Candidate> candidates) {
    List<Backend> backends = new ArrayList<>(candidates.size());
    for (Candidate candidate : candidates) {
      backends.add(candidate.backend);
    }
    return backends;
  }
}
