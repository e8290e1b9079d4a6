package dev.weft.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What the system tells of directories. It is a hint, never the truth: where it tells nothing (no
 * inotify left, a network's file system) changes are found by looking, only later.
 */
final class FileEvents implements AutoCloseable {
  /** Where somebody writes without end, reading begins after so many times the settling. */
  private static final int PATIENCE = 10;

  /** How often one must look if the system tells nothing at all. */
  private static final int UNTOLD_MILLIS = 1000;

  private final Optional<WatchService> service;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<Path, WatchKey> keys = new HashMap<>();
  private final Set<Path> whole = new HashSet<>();
  private final Set<Path> single = new HashSet<>();

  FileEvents() {
    this(open());
  }

  FileEvents(Optional<WatchService> service) {
    this.service = service;
  }

  private static Optional<WatchService> open() {
    try {
      return Optional.of(FileSystems.getDefault().newWatchService());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Tells from now on whatever happens in a directory; to be called whenever it is looked at. */
  void followAll(Path directory) {
    whole.add(directory);
    register(directory);
  }

  /** Tells from now on when a path comes, goes or changes; to be called likewise. */
  void follow(Path path) {
    Path directory = path.getParent();
    if (directory != null) {
      single.add(path);
      register(directory);
    }
  }

  private void register(Path directory) {
    if (service.isEmpty()) {
      return;
    }
    try {
      // Of a directory that is followed already this is the key that it has.
      WatchKey key =
          directory.register(
              service.get(),
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE);
      WatchKey before = keys.put(directory, key);
      if (before != null && !before.equals(key)) {
        before.cancel(); // another directory stands there now
      }
    } catch (IOException | ClosedWatchServiceException e) {
      // It is not there, or there are too many, or nobody wants to know any more.
    }
  }

  /**
   * Waits until something happens, or for some time, and then until nothing more happens. Closing
   * ends it.
   *
   * @return what it happened to, as far as that is known
   */
  Set<Path> await(Duration most, Duration settle) {
    Set<Path> touched = new HashSet<>();
    try {
      if (service.isPresent()) {
        await(service.get(), most, settle, touched);
      } else {
        long millis = Math.min(most.toMillis(), UNTOLD_MILLIS);
        boolean _ = closing.await(millis, TimeUnit.MILLISECONDS);
      }
    } catch (ClosedWatchServiceException e) {
      // closed
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody else knows this thread", e);
    }
    return touched;
  }

  private void await(WatchService from, Duration most, Duration settle, Set<Path> touched)
      throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    long patience = Long.MAX_VALUE; // until the first that matters
    while (true) {
      WatchKey key = from.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (key == null) {
        return;
      }
      if (take(key, touched)) {
        long now = System.nanoTime();
        if (patience == Long.MAX_VALUE) {
          patience = now + settle.multipliedBy(PATIENCE).toNanos();
        }
        end = Math.min(now + settle.toNanos(), patience);
      }
    }
  }

  /** Whether anything matters of what a key tells. */
  private boolean take(WatchKey key, Set<Path> touched) {
    Path directory = (Path) key.watchable();
    boolean matters = false;
    for (WatchEvent<?> event : key.pollEvents()) {
      if (event.context() instanceof Path name) {
        Path path = directory.resolve(name);
        if (whole.contains(directory) || single.contains(path)) {
          touched.add(path);
          matters = true;
        }
      } else {
        matters = true; // there were too many to tell them
      }
    }
    return !key.reset() || matters; // without success the directory itself is gone
  }

  boolean isClosed() {
    return closing.getCount() == 0;
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      if (service.isPresent()) {
        service.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
