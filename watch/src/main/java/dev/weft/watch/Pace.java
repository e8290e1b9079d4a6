package dev.weft.watch;

import java.time.Duration;

/**
 * How patient the watcher of an API server is.
 *
 * @param answer how long until an answer begins
 * @param list how long an answer may pause
 * @param watch how long a watch may be silent until it is begun anew; servers send a bookmark each
 *     minute or so
 * @param span how long a watch lasts at least before the server shall end it; up to twice as long
 * @param proof how long a watch must stand, if nothing comes, to be believed in
 * @param leastPause between two attempts when the first one failed; it is doubled each time
 * @param mostPause until it is this
 */
record Pace(
    Duration answer,
    Duration list,
    Duration watch,
    Duration span,
    Duration proof,
    Duration leastPause,
    Duration mostPause) {

  static final Pace USUAL =
      new Pace(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(150),
          Duration.ofMinutes(5),
          Duration.ofSeconds(1),
          Duration.ofMillis(200),
          Duration.ofSeconds(30));
}
