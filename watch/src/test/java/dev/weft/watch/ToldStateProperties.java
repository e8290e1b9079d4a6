package dev.weft.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.Json;
import dev.weft.services.Manifests;
import dev.weft.services.ObjectName;
import dev.weft.services.Service;
import dev.weft.services.ServiceObjects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whoever applies what is told, change after change, has what there is. */
class ToldStateProperties {

  /** What somebody has who hears. */
  private static final class Follower {
    final Map<ObjectName, Service> services = new TreeMap<>();
    boolean begun;

    void hear(ObjectEvent event) {
      switch (event) {
        case ObjectEvent.Replaced(List<Service> all, _) -> {
          services.clear();
          all.forEach(service -> services.put(service.name(), service));
          begun = true;
        }
        case ObjectEvent.Put(Service service, _) -> {
          assertTrue(begun, "nothing changes before there is something");
          assertTrue(
              !service.equals(services.put(service.name(), service)), "what is told is a change");
        }
        case ObjectEvent.ServiceGone(ObjectName name) ->
            assertTrue(services.remove(name) != null, "what goes was there");
        default -> {}
      }
    }
  }

  /** A number says what is done: to which object, and what. */
  @Property(tries = 300)
  void mirrorTellsWhatAServerHas(@ForAll @Size(max = 60) List<@IntRange(max = 999) Integer> steps) {
    Follower follower = new Follower();
    Mirror mirror = new Mirror(follower::hear);
    mirror.slices().listing().end();
    ListWatch.Sink sink = mirror.services();
    Map<String, Json.Obj> server = new TreeMap<>();
    sink.listing().end();
    for (int step : steps) {
      String name = "s" + step % 5;
      int address = step / 5 % 10 + 1;
      boolean seen = step / 50 % 3 != 0; // else it happens while nobody watches
      if (step / 150 % 3 == 0) {
        Json.Obj last = server.remove(name);
        if (seen && last != null) {
          sink.gone(last);
        }
      } else {
        Json.Obj object = Cluster.service(name, "10.0.0." + address);
        server.put(name, object);
        if (seen) {
          sink.put(object);
        }
      }
      if (!seen) {
        ListWatch.Listing listing = sink.listing();
        server.values().forEach(listing::add);
        listing.end();
      }
      assertEquals(addresses(server), addresses(follower), "after " + step);
    }
  }

  private static Map<String, String> addresses(Map<String, Json.Obj> server) {
    Map<String, String> addresses = new HashMap<>();
    server.forEach(
        (name, object) ->
            addresses.put(name, ListWatch.word(ListWatch.object(object, "spec"), "clusterIP")));
    return addresses;
  }

  private static Map<String, String> addresses(Follower follower) {
    Map<String, String> addresses = new HashMap<>();
    follower.services.forEach(
        (name, service) -> addresses.put(name.name(), service.clusterIps().getFirst().toString()));
    return addresses;
  }

  /** Sound files are told as they would be if they were read at once. */
  @Property(tries = 60)
  void filesTellWhatTheySay(@ForAll @Size(max = 25) List<@IntRange(max = 999) Integer> steps)
      throws IOException {
    Path directory = Files.createTempDirectory("files");
    Follower follower = new Follower();
    Set<Path> written = new HashSet<>();
    try (FileEvents deaf = new FileEvents(Optional.empty())) {
      ManifestFiles files = new ManifestFiles(List.of(directory));
      files.look(Set.of(), deaf).forEach(follower::hear);
      for (int step : steps) {
        Path file = directory.resolve("f" + step % 4 + ".yaml");
        if (step / 4 % 4 == 0) {
          Files.deleteIfExists(file);
        } else {
          Files.writeString(file, text(step));
        }
        written.add(file);
        files.look(Set.of(file), deaf).forEach(follower::hear);
        ServiceObjects all = ServiceObjects.of(Manifests.read(List.of(directory)));
        assertEquals(Set.copyOf(all.services()), Set.copyOf(follower.services.values()));
      }
    } finally {
      for (Path file : written) {
        Files.deleteIfExists(file);
      }
      Files.delete(directory);
    }
  }

  /** A few Services, some of which other files have too, by name or by address. */
  private static String text(int step) {
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < step / 16 % 3; i++) {
      documents.add(
          "{apiVersion: v1, kind: Service, metadata: {name: s%d}, spec: {clusterIP: 10.0.0.%d, ports: [{port: 80}]}}\n"
              .formatted((step + i) % 7, (step / 7 + i) % 9 + 1));
    }
    return documents.isEmpty() ? "# nothing\n" : String.join("---\n", documents);
  }
}
