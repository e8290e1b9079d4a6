package dev.weft.watch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Objects in files and directories. A file is read again when it changes, however it does: written
 * in place, renamed over, or by a symbolic link that leads elsewhere now, as volumes of ConfigMaps
 * do it.
 *
 * <p>As long as something in a file is wrong, whatever the file said before and does not say now
 * stands; so it does if the file is empty, since many programs empty a file before they write it.
 * Of a directory, a file that goes takes its objects along. A path itself that goes takes nothing
 * along: the source is away until there is something again.
 */
public final class FileSource implements ObjectSource {
  private final ManifestFiles files;
  private final Tempo tempo;
  private final FileEvents events = new FileEvents();
  private @Nullable Thread thread;

  /**
   * @param paths files, and directories as {@link dev.weft.services.Manifests#read} takes them
   */
  public FileSource(Collection<Path> paths) {
    this(paths, new Tempo(Duration.ofMillis(50), Duration.ofSeconds(10)));
  }

  FileSource(Collection<Path> paths, Tempo tempo) {
    this.files = new ManifestFiles(List.copyOf(paths));
    this.tempo = tempo;
  }

  /**
   * How fast it is.
   *
   * @param settle what is being written is read when nothing has happened to it for so long
   * @param look how often files are looked at without being told that something happened
   */
  record Tempo(Duration settle, Duration look) {}

  @Override
  public void start(Listener listener) {
    thread = Thread.ofPlatform().daemon().name("weft-files").start(() -> run(listener));
  }

  private void run(Listener listener) {
    Set<Path> touched = Set.of();
    while (!events.isClosed()) {
      List<ObjectEvent> told = files.look(touched, events);
      if (!told.isEmpty() && !events.isClosed()) {
        listener.told(told);
      }
      touched = events.await(files.isUnsettled() ? tempo.settle() : tempo.look(), tempo.settle());
    }
  }

  @Override
  public void close() {
    events.close();
    if (thread != null && thread != Thread.currentThread()) {
      Threads.join(thread);
    }
  }
}
