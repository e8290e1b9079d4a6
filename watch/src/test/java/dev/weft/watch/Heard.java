package dev.weft.watch;

import dev.weft.services.EndpointSlice;
import dev.weft.services.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a source told, a line an event. */
final class Heard implements ObjectSource.Listener {
  private final BlockingQueue<List<ObjectEvent>> batches = new LinkedBlockingQueue<>();

  @Override
  public void told(List<ObjectEvent> events) {
    batches.add(events);
  }

  /** The next call, as lines. */
  List<String> next() throws InterruptedException {
    List<ObjectEvent> batch = batches.poll(20, TimeUnit.SECONDS);
    if (batch == null) {
      throw new AssertionError("nothing was told for 20 s");
    }
    return batch.stream().map(Heard::line).toList();
  }

  /** Calls, until a line begins with a text: all lines. */
  List<String> until(String start) throws InterruptedException {
    List<String> lines = new ArrayList<>();
    while (lines.stream().noneMatch(line -> line.startsWith(start))) {
      lines.addAll(next());
    }
    return lines;
  }

  /** What was told and not asked for yet. */
  List<String> rest() {
    List<List<ObjectEvent>> rest = new ArrayList<>();
    batches.drainTo(rest);
    return rest.stream().flatMap(List::stream).map(Heard::line).toList();
  }

  private static String line(ObjectEvent event) {
    return switch (event) {
      case ObjectEvent.Replaced(List<Service> services, List<EndpointSlice> slices) ->
          "all " + names(services, slices);
      case ObjectEvent.Put(Service service, _) ->
          "put " + service.name() + " " + service.clusterIps();
      case ObjectEvent.Put(EndpointSlice slice, _) ->
          "put " + slice.name() + " " + slice.endpoints().size();
      case ObjectEvent.ServiceGone(var name) -> "gone " + name;
      case ObjectEvent.SliceGone(var name) -> "gone " + name;
      case ObjectEvent.Wrong(var problem) -> "wrong " + problem;
      case ObjectEvent.Away(String reason) -> "away " + reason;
      case ObjectEvent.Back() -> "back";
    };
  }

  private static Set<String> names(List<Service> services, List<EndpointSlice> slices) {
    return new TreeSet<>(
        Stream.concat(
                services.stream().map(service -> service.name().toString()),
                slices.stream().map(slice -> slice.name().toString()))
            .toList());
  }
}
