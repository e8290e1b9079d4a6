package dev.weft.cni;

import dev.weft.json.Quoted;

/** Calls nobody. */
final class NoDelegates implements Delegates {

  @Override
  public Result add(String type) {
    throw called(Verb.ADD, type);
  }

  @Override
  public void del(String type) {
    throw called(Verb.DEL, type);
  }

  @Override
  public void check(String type) {
    throw called(Verb.CHECK, type);
  }

  @Override
  public void gc(String type) {
    throw called(Verb.GC, type);
  }

  @Override
  public void status(String type) {
    throw called(Verb.STATUS, type);
  }

  private static IllegalStateException called(Verb verb, String type) {
    return new IllegalStateException(
        verb + " of plugin " + Quoted.of(type) + " is called where none is delegated to");
  }
}
