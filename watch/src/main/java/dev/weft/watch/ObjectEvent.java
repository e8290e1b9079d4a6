package dev.weft.watch;

import dev.weft.services.EndpointSlice;
import dev.weft.services.ObjectName;
import dev.weft.services.Problem;
import dev.weft.services.Service;
import dev.weft.services.ServiceCatalog;
import dev.weft.services.ServiceObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an {@link ObjectSource} tells. Before the first {@link Replaced} there are only problems and
 * whether the source is away; after {@link Away} comes {@link Back} before the next {@link Away}.
 */
public sealed interface ObjectEvent {

  /** Something of the objects changed. */
  sealed interface Change extends ObjectEvent {
    void applyTo(ServiceCatalog catalog);
  }

  /** These are all objects that there are; what else was told is gone. */
  record Replaced(List<Service> services, List<EndpointSlice> slices) implements Change {
    public Replaced {
      services = List.copyOf(services);
      slices = List.copyOf(slices);
    }

    @Override
    public void applyTo(ServiceCatalog catalog) {
      catalog.replaceAll(services, slices);
    }
  }

  /**
   * There is this object now, new or changed.
   *
   * @param since when what it says came to be so, as far as the cluster noted that down
   */
  record Put(ServiceObject object, Optional<Instant> since) implements Change {
    @Override
    public void applyTo(ServiceCatalog catalog) {
      catalog.put(object);
    }
  }

  /** There is no Service of this name any more. */
  record ServiceGone(ObjectName name) implements Change {
    @Override
    public void applyTo(ServiceCatalog catalog) {
      catalog.removeService(name);
    }
  }

  /** There is no EndpointSlice of this name any more. */
  record SliceGone(ObjectName name) implements Change {
    @Override
    public void applyTo(ServiceCatalog catalog) {
      catalog.removeSlice(name);
    }
  }

  /** Something is wrong with what is written there. It is told once, until it has been mended. */
  record Wrong(Problem problem) implements ObjectEvent {}

  /**
   * The source cannot see what becomes of its objects. What it told stands.
   *
   * @param reason a sentence for people
   */
  record Away(String reason) implements ObjectEvent {}

  /** It can again, and has told what it missed. */
  record Back() implements ObjectEvent {}
}
