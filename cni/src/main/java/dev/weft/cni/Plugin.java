package dev.weft.cni;

import java.util.Optional;
import java.util.Set;

/**
 * One CNI plugin: what the six verbs do, once the protocol has been taken care of.
 *
 * <p>Implementations hold no state between calls and serve several calls at once. They fail with
 * {@link CniException}; anything else that is thrown becomes code 999.
 */
public interface Plugin {

  /** The name of the executable, and {@code type} in a configuration. */
  String type();

  /** The oldest version of the specification that the plugin can serve; it serves all newer. */
  default CniVersion oldestVersion() {
    return CniVersion.V0_1_0;
  }

  /**
   * The keys of CNI_ARGS that the plugin understands; others are refused unless the caller sets
   * IgnoreUnknown. Without keys the plugin does not look at CNI_ARGS, and {@code args} is empty.
   */
  default Optional<Set<String>> argumentKeys() {
    return Optional.empty();
  }

  /**
   * True if ADD, DEL and CHECK work in the container's namespace, so that CNI_NETNS must lead to
   * one. IPAM plugins do not: callers that only want an address may name anything.
   */
  default boolean entersNamespace() {
    return true;
  }

  /** Attaches the container; on failure nothing stays behind. */
  Result add(Request.Attach request);

  /** Detaches: succeeds whatever is already gone, any number of times. */
  void del(Request.Detach request);

  /** Fails if what {@link #add} made is not as {@code prevResult}, which is there, says. */
  void check(Request.Attach request);

  /** Removes what this network has beyond these attachments. */
  void gc(Request.Network request, Set<Attachment> valid);

  /** Fails with 50 or 51 if an {@link #add} could not be served now. */
  void status(Request.Network request);
}
