package dev.weft.watch;

import java.util.List;

/**
 * A place from which Services and EndpointSlices come. It tells all of them once it has seen all,
 * and from then on what changes. It never tells fewer objects because it could not read them: what
 * it told stands until it can say better.
 */
public interface ObjectSource extends AutoCloseable {

  /** Hears what a source has to tell. */
  interface Listener {
    /**
     * Something happened. Called by one thread of the source, one call after the other; until it
     * returns, the source waits.
     *
     * @param events in order; not empty. What came about at one moment is in one call
     */
    void told(List<ObjectEvent> events);
  }

  /** Begins to tell, once. What hinders it comes as {@link ObjectEvent.Away}. */
  void start(Listener listener);

  /** Ends it. Nothing is told after this returns, unless the listener itself calls it. */
  @Override
  void close();
}
