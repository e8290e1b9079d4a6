package dev.weft.watch;

import dev.weft.json.Json;
import dev.weft.services.EndpointSlice;
import dev.weft.services.Manifest;
import dev.weft.services.ObjectName;
import dev.weft.services.ObjectReading;
import dev.weft.services.Problem;
import dev.weft.services.Service;
import dev.weft.services.ServiceObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What an API server has, as far as it was told. What is listed anew is told as differences. An
 * object that has an error stands as it was before.
 */
final class Mirror {
  private final Consumer<ObjectEvent> events;
  private final Part<Service> services =
      new Part<>(Watched.SERVICES, Service.class, ObjectEvent.ServiceGone::new);
  private final Part<EndpointSlice> slices =
      new Part<>(Watched.ENDPOINT_SLICES, EndpointSlice.class, ObjectEvent.SliceGone::new);

  /** What is not kept up with. */
  private final Set<Object> lost = new LinkedHashSet<>();

  private boolean told;

  /**
   * @param events takes what there is to tell, one after the other
   */
  Mirror(Consumer<ObjectEvent> events) {
    this.events = events;
  }

  ListWatch.Sink services() {
    return services;
  }

  ListWatch.Sink slices() {
    return slices;
  }

  /** Something cannot be kept up with. */
  synchronized void lost(Object what, String reason) {
    if (lost.add(what) && lost.size() == 1) {
      events.accept(new ObjectEvent.Away(reason));
    }
  }

  /** Something is kept up with. */
  synchronized void found(Object what) {
    if (lost.remove(what) && lost.isEmpty()) {
      events.accept(new ObjectEvent.Back());
    }
  }

  private void tellAll() {
    if (services.listed && slices.listed) {
      events.accept(
          new ObjectEvent.Replaced(
              List.copyOf(services.known.values()), List.copyOf(slices.known.values())));
      told = true;
    }
  }

  /** The objects of one kind. */
  private final class Part<T extends ServiceObject> implements ListWatch.Sink {
    private final Watched watched;
    private final Class<T> type;
    private final Function<ObjectName, ObjectEvent> gone;
    private final Map<ObjectName, List<Problem>> problems = new HashMap<>();
    private Map<ObjectName, T> known = new LinkedHashMap<>();
    private boolean listed;

    Part(Watched watched, Class<T> type, Function<ObjectName, ObjectEvent> gone) {
      this.watched = watched;
      this.type = type;
      this.gone = gone;
    }

    private ObjectReading read(Json.Obj object) {
      return ObjectReading.of(new Manifest("", watched.apiVersion(), watched.kind(), object));
    }

    private static boolean isWrong(ObjectReading reading) {
      return reading.problems().stream()
          .anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    }

    @Override
    public ListWatch.Listing listing() {
      return new ListWatch.Listing() {
        private final Map<ObjectName, T> objects = new LinkedHashMap<>();
        private final Map<ObjectName, List<Problem>> wrong = new LinkedHashMap<>();
        private final List<ObjectName> kept = new ArrayList<>();

        @Override
        public void add(Json.Obj object) {
          ObjectReading reading = read(object);
          reading.object().map(type::cast).ifPresent(found -> objects.put(found.name(), found));
          if (!reading.problems().isEmpty()) {
            wrong.put(name(object), reading.problems());
          }
          if (isWrong(reading)) {
            kept.add(name(object));
          }
        }

        @Override
        public void end() {
          replace(objects, kept, wrong);
        }
      };
    }

    private void replace(
        Map<ObjectName, T> objects, List<ObjectName> kept, Map<ObjectName, List<Problem>> wrong) {
      synchronized (Mirror.this) {
        problems.keySet().retainAll(wrong.keySet());
        wrong.forEach(this::tellProblems);
        Map<ObjectName, T> before = known;
        for (ObjectName name : kept) {
          T last = before.get(name);
          if (last != null) {
            objects.put(name, last);
          }
        }
        known = objects;
        listed = true;
        if (told) {
          Differences.tell(before, known, gone, events);
        } else {
          tellAll();
        }
      }
    }

    @Override
    public void put(Json.Obj object) {
      ObjectReading reading = read(object);
      ObjectName name = name(object);
      synchronized (Mirror.this) {
        tellProblems(name, reading.problems());
        if (reading.object().isPresent()) {
          T now = type.cast(reading.object().get());
          T before = known.put(name, now);
          if (told && !now.equals(before)) {
            events.accept(new ObjectEvent.Put(now, reading.since()));
          }
        } else if (!isWrong(reading)) {
          remove(name); // it needs no attention any more
        }
      }
    }

    @Override
    public void gone(Json.Obj object) {
      ObjectName name = name(object);
      synchronized (Mirror.this) {
        problems.remove(name);
        remove(name);
      }
    }

    private void remove(ObjectName name) {
      if (known.remove(name) != null && told) {
        events.accept(gone.apply(name));
      }
    }

    private void tellProblems(ObjectName name, List<Problem> now) {
      List<Problem> before = now.isEmpty() ? problems.remove(name) : problems.put(name, now);
      for (Problem problem : now) {
        if (before == null || !before.contains(problem)) {
          events.accept(new ObjectEvent.Wrong(problem));
        }
      }
    }

    /** The name by which the server knows it, be it well made or not. */
    private static ObjectName name(Json.Obj object) {
      return object.fields().get("metadata") instanceof Json.Obj metadata
          ? new ObjectName(ListWatch.word(metadata, "namespace"), ListWatch.word(metadata, "name"))
          : new ObjectName("", "");
    }

    @Override
    public void lost(String reason) {
      Mirror.this.lost(this, reason);
    }

    @Override
    public void found() {
      Mirror.this.found(this);
    }
  }
}
