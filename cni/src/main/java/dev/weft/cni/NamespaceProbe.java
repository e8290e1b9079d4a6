package dev.weft.cni;

/** Tells what the path in CNI_NETNS leads to, before any plugin works on it. */
@FunctionalInterface
public interface NamespaceProbe {

  Finding probe(String path);

  /** What a path leads to. */
  enum Finding {
    /** Nothing is there. */
    MISSING,
    /** Something else, such as the empty file that an unmounted namespace leaves. */
    NOT_A_NAMESPACE,
    /** The network namespace that the plugin runs in. */
    OWN,
    /** The network namespace of somebody else, as it should be. */
    FOREIGN
  }
}
