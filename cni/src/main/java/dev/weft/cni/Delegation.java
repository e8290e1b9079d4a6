package dev.weft.cni;

import dev.weft.json.Quoted;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The delegates of one call: its environment with another CNI_COMMAND, and its very bytes. */
final class Delegation implements Delegates {
  private final String caller;
  private final CallEnvironment environment;
  private final byte[] stdin;
  private final CniVersion version;
  private final PluginProgram programs;

  Delegation(
      String caller,
      CallEnvironment environment,
      byte[] stdin,
      CniVersion version,
      PluginProgram programs) {
    this.caller = caller;
    this.environment = environment;
    this.stdin = stdin;
    this.version = version;
    this.programs = programs;
  }

  @Override
  public Result add(String type) {
    Path program = find(type);
    try {
      return call(program, type, Verb.ADD).result(version);
    } catch (RuntimeException failure) {
      try {
        call(program, type, Verb.DEL);
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
      throw failure;
    }
  }

  @Override
  public void del(String type) {
    call(find(type), type, Verb.DEL);
  }

  @Override
  public void check(String type) {
    call(find(type), type, Verb.CHECK);
  }

  @Override
  public void gc(String type) {
    call(find(type), type, Verb.GC);
  }

  @Override
  public void status(String type) {
    call(find(type), type, Verb.STATUS);
  }

  private Path find(String type) {
    if (type.equals(caller)) {
      // It would get the same configuration again, and so for ever.
      throw new CniException(
          ErrorCode.INVALID_CONFIGURATION,
          "plugin " + Quoted.of(caller) + " cannot delegate to itself: name another plugin");
    }
    return environment.path().find(type);
  }

  private PluginAnswer call(Path program, String type, Verb verb) {
    Map<String, String> changed = new HashMap<>(environment.variables());
    changed.put("CNI_COMMAND", verb.name());
    return PluginAnswer.of(type, programs.run(program, changed, stdin));
  }
}
