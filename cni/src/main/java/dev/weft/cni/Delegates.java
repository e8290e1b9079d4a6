package dev.weft.cni;

/**
 * Calls other plugins as a runtime would: same environment, same configuration, found by CNI_PATH.
 * Ours are called in this process, others are exec'd, and nobody can tell from the outside.
 */
public interface Delegates {
  /** For a plugin that calls no other; if it does, that is an {@link IllegalStateException}. */
  Delegates NONE = new NoDelegates();

  /**
   * ADD. If the plugin fails, it is sent DEL before the error is thrown.
   *
   * @param type file name of the plugin
   * @throws CniException with the plugin's own code and message; with 4 if CNI_PATH is unset or
   *     does not hold the plugin
   */
  Result add(String type);

  void del(String type);

  void check(String type);

  void gc(String type);

  void status(String type);
}
