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

  private final Optional<WatchService> service;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<Path, WatchKey> followed = new HashMap<>();

  FileEvents() {
    service = open();
  }

  private static Optional<WatchService> open() {
    try {
      return Optional.of(FileSystems.getDefault().newWatchService());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Tells from now on what happens in a directory; to be called again whenever it is looked at. */
  void follow(Path directory) {
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
      WatchKey before = followed.put(directory, key);
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
        boolean _ = closing.await(most.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ClosedWatchServiceException e) {
      // closed
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody else knows this thread", e);
    }
    return touched;
  }

  private static void await(
      WatchService service, Duration most, Duration settle, Set<Path> touched)
      throws InterruptedException {
    WatchKey key = service.poll(most.toMillis(), TimeUnit.MILLISECONDS);
    long deadline = System.nanoTime() + settle.multipliedBy(PATIENCE).toNanos();
    while (key != null) {
      Path directory = (Path) key.watchable();
      for (WatchEvent<?> event : key.pollEvents()) {
        if (event.context() instanceof Path name) {
          touched.add(directory.resolve(name));
        }
      }
      key.reset();
      boolean patient = System.nanoTime() < deadline;
      key = patient ? service.poll(settle.toMillis(), TimeUnit.MILLISECONDS) : null;
    }
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
