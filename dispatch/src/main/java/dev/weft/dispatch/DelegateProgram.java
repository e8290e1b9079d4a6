package dev.weft.dispatch;

import dev.weft.cni.PluginProgram;
import dev.weft.cni.Reply;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Runs the program of a plugin that one of ours delegates to. */
record DelegateProgram(PluginProgram programs) implements PluginProgram {

  @Override
  public Reply run(Path program, Map<String, String> environment, byte[] stdin) {
    Map<String, String> changed = new HashMap<>(environment);
    // What it has us do belongs to this call, behind which it would wait in the agent's queue.
    changed.put("WEFT_AGENT", "");
    return programs.run(program, changed, stdin);
  }
}
