package dev.weft.cni;

import java.util.HashMap;
import java.util.Map;

/** The delegates of one call: its environment with another CNI_COMMAND, and its very bytes. */
final class Delegation implements Delegates {
  private final PluginClient client;
  private final Map<String, String> environment;
  private final byte[] stdin;
  private final CniVersion version;

  Delegation(
      PluginClient client, Map<String, String> environment, byte[] stdin, CniVersion version) {
    this.client = client;
    this.environment = environment;
    this.stdin = stdin;
    this.version = version;
  }

  @Override
  public Result add(String type) {
    try {
      return call(type, Verb.ADD).result(version);
    } catch (CniException failure) {
      try {
        del(type);
      } catch (CniException e) {
        failure.addSuppressed(e);
      }
      throw failure;
    }
  }

  @Override
  public void del(String type) {
    call(type, Verb.DEL);
  }

  @Override
  public void check(String type) {
    call(type, Verb.CHECK);
  }

  @Override
  public void gc(String type) {
    call(type, Verb.GC);
  }

  @Override
  public void status(String type) {
    call(type, Verb.STATUS);
  }

  private PluginClient.Answer call(String type, Verb verb) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put("CNI_COMMAND", verb.name());
    return client.call(type, changed, stdin);
  }
}
