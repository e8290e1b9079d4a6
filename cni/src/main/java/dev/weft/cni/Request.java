package dev.weft.cni;

import java.util.Optional;

/** One call of a plugin, its environment and configuration read and checked. */
public sealed interface Request {
  NetworkConfig config();

  /** The way to the plugins that {@link #config} delegates to, for the same call. */
  Delegates delegates();

  /**
   * ADD and CHECK.
   *
   * @param netns the path as the runtime gave it; a namespace that is not our own if the plugin
   *     enters it, anything otherwise
   */
  record Attach(
      NetworkConfig config, Delegates delegates, Attachment attachment, String netns, CniArgs args)
      implements Request {}

  /**
   * DEL.
   *
   * @param netns absent if the runtime named none: the namespace is gone
   */
  record Detach(
      NetworkConfig config,
      Delegates delegates,
      Attachment attachment,
      Optional<String> netns,
      CniArgs args)
      implements Request {}

  /** GC and STATUS: about the network as a whole. */
  record Network(NetworkConfig config, Delegates delegates) implements Request {}
}
