package dev.weft.watch;

import dev.weft.json.Json;
import java.util.Optional;

/**
 * What a cluster says of a node.
 *
 * @param zone the label {@code topology.kubernetes.io/zone}
 * @param leaving whether it is about to be deleted, so that nobody should begin to send to it: its
 *     object is being deleted, or the cluster's autoscaler has marked it
 */
public record ClusterNode(Optional<String> zone, boolean leaving) {
  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final String DOOMED = "ToBeDeletedByClusterAutoscaler";

  static ClusterNode of(Json.Obj node) {
    Json.Obj metadata = ListWatch.object(node, "metadata");
    String zone = ListWatch.word(ListWatch.object(metadata, "labels"), ZONE);
    return new ClusterNode(
        zone.isEmpty() ? Optional.empty() : Optional.of(zone),
        !ListWatch.word(metadata, "deletionTimestamp").isEmpty() || isDoomed(node));
  }

  private static boolean isDoomed(Json.Obj node) {
    return ListWatch.object(node, "spec").fields().get("taints") instanceof Json.Arr(var taints)
        && taints.stream()
            .anyMatch(
                taint ->
                    taint instanceof Json.Obj object
                        && ListWatch.word(object, "key").equals(DOOMED));
  }
}
