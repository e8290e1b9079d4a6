package dev.weft.bench.services;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is measured.
 *
 * @param weft its executable
 * @param kubeProxy the peer's, if there is one
 * @param services how many, one after the other
 * @param changes how many changes are measured of each
 * @param patience how long a proxy may take until the last Service is served
 */
public record ServicesSettings(
    Path weft,
    Optional<Path> kubeProxy,
    List<ProxyKind> kinds,
    List<Integer> services,
    int endpoints,
    int changes,
    Duration patience,
    Path workDirectory) {
  public ServicesSettings {
    kinds = List.copyOf(kinds);
    services = List.copyOf(services);
  }
}
