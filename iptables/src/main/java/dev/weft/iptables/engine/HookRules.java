package dev.weft.iptables.engine;

import java.util.List;

/** What the kernel asks at its hooks. */
interface HookRules {

  /**
   * What may become of a packet at a hook.
   *
   * @param state of a packet that has not ended
   */
  List<State> ask(Hook hook, State state);
}
