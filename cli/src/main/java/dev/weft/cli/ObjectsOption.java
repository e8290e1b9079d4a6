package dev.weft.cli;

import dev.weft.services.InputException;
import dev.weft.services.Manifests;
import dev.weft.services.ServiceObjects;
import dev.weft.watch.ApiServerSource;
import dev.weft.watch.FileSource;
import dev.weft.watch.ObjectEvent;
import dev.weft.watch.ObjectSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the objects of a cluster come from: one of these. Made by picocli. */
final class ObjectsOption {
  /** How long an API server may take to tell all that there is. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--objects",
      paramLabel = "FILE|DIR",
      arity = "1..*",
      required = true,
      description = "Manifests of Services and EndpointSlices, YAML or JSON.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      required = true,
      description = "The API server that its current context names.")
  private @Nullable Path kubeconfig;

  @Option(
      names = "--in-cluster",
      required = true,
      description = "The API server of the cluster in whose pod this runs.")
  private boolean inCluster;

  /** Where they are watched. */
  ObjectSource source() {
    if (inCluster) {
      return ApiServerSource.inCluster();
    }
    return kubeconfig == null ? new FileSource(files) : ApiServerSource.fromKubeconfig(kubeconfig);
  }

  /**
   * All of them, once.
   *
   * @param notices takes what an API server has to say meanwhile
   * @throws InputException if an API server does not tell them within a minute
   */
  ServiceObjects read(Consumer<String> notices) throws InterruptedException {
    if (!inCluster && kubeconfig == null) {
      return ServiceObjects.of(Manifests.read(files));
    }
    BlockingQueue<ObjectEvent> told = new LinkedBlockingQueue<>();
    String last = "it does not answer";
    try (ObjectSource source = source()) {
      source.start(told::addAll);
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (true) {
        switch (told.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          case null ->
              throw new InputException(
                  "the API server did not tell its objects within "
                      + PATIENCE.toSeconds()
                      + " s: "
                      + last);
          case ObjectEvent.Replaced(var services, var slices) -> {
            return new ServiceObjects(services, slices, List.of());
          }
          case ObjectEvent.Away(String reason) -> last = reason;
          case ObjectEvent.Wrong(var problem) -> notices.accept(problem.text());
          default -> {} // more of the same comes with all of them
        }
      }
    }
  }
}
