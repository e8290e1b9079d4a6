package dev.weft.watch;

import dev.weft.services.ObjectName;
import dev.weft.services.ServiceObject;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Tells how two states differ. */
final class Differences {
  private Differences() {}

  /**
   * @param gone makes the event for an object that is only in the state before
   * @param to takes the events
   */
  static <T extends ServiceObject> void tell(
      Map<ObjectName, T> before,
      Map<ObjectName, T> now,
      Function<ObjectName, ObjectEvent> gone,
      Consumer<ObjectEvent> to) {
    for (ObjectName name : before.keySet()) {
      if (!now.containsKey(name)) {
        to.accept(gone.apply(name));
      }
    }
    now.forEach(
        (name, object) -> {
          if (!object.equals(before.get(name))) {
            to.accept(new ObjectEvent.Put(object, Optional.empty()));
          }
        });
  }
}
