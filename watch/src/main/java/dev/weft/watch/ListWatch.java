package dev.weft.watch;

import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonStream;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Keeps up with one kind of objects at an API server: lists them, watches from there on, and goes
 * on after whatever fails.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes">Efficient
 *     detection of changes</a>
 */
final class ListWatch implements Runnable {
  /** Who wrote which field when: much text, and nothing that matters here. */
  private static final Set<String> SKIPPED = Set.of("managedFields");

  private static final String PAGE = "500";

  /** Any version will do, and servers have one at hand. */
  private static final String ANY = "0";

  private final ApiClient client;
  private final Watched watched;
  private final Sink sink;
  private final Pace pace;
  private final Backoff backoff;

  /** At which version a list must be at least; empty for the latest. */
  private String listFrom = ANY;

  /** From which version to watch; empty if there must be a list first. */
  private String watchFrom = "";

  /** Whether the last attempt was told that its version is forgotten. */
  private boolean expired;

  /** Takes what there is. All calls come from the thread that runs it. */
  interface Sink {
    /** A list begins. */
    Listing listing();

    /** There is this object now. */
    void put(Json.Obj object);

    /** There is no such object any more; this is how it was last. */
    void gone(Json.Obj object);

    /** It cannot keep up. */
    void lost(String reason);

    /** It keeps up. */
    void found();
  }

  /** Takes a list. */
  interface Listing {
    void add(Json.Obj object);

    /** That was all. A list that is not ended counts for nothing. */
    void end();
  }

  ListWatch(ApiClient client, Watched watched, Sink sink, Pace pace) {
    this.client = client;
    this.watched = watched;
    this.sink = sink;
    this.pace = pace;
    this.backoff = new Backoff(pace.leastPause(), pace.mostPause());
  }

  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        attempt();
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void attempt() throws InterruptedException {
    try {
      if (watchFrom.isEmpty()) {
        list();
      }
      watch();
    } catch (ApiException e) {
      if (Thread.currentThread().isInterrupted()) {
        return; // closed
      }
      switch (e.kind()) {
        case EXPIRED -> {
          listFrom = "";
          watchFrom = "";
          if (expired) {
            sink.lost(e.reason());
            pause(e.retryAfter());
          }
          expired = true;
        }
        case NONSENSE -> {
          watchFrom = "";
          sink.lost(e.reason());
          pause(e.retryAfter());
        }
        case FAILED -> {
          sink.lost(e.reason());
          pause(e.retryAfter());
        }
      }
    }
  }

  private void pause(Duration least) throws InterruptedException {
    Duration pause = backoff.next();
    Thread.sleep(pause.compareTo(least) > 0 ? pause : least.plus(pause));
  }

  private void list() throws ApiException, InterruptedException {
    Listing listing = sink.listing();
    String token = "";
    String version;
    do {
      Map<String, String> query = selectors();
      if (token.isEmpty() && !listFrom.isEmpty()) {
        query.put("resourceVersion", listFrom);
      }
      // With a limit, a version would mean this one exactly, and servers do not keep it for long.
      if (listFrom.isEmpty() || listFrom.equals(ANY)) {
        query.put("limit", PAGE);
      }
      if (!token.isEmpty()) {
        query.put("continue", token);
      }
      Json.Obj metadata = page(query, listing);
      version = word(metadata, "resourceVersion");
      token = word(metadata, "continue");
    } while (!token.isEmpty());
    listing.end();
    listFrom = version;
    watchFrom = version;
  }

  /** One part of a list; the answer is its metadata. */
  private Json.Obj page(Map<String, String> query, Listing listing)
      throws ApiException, InterruptedException {
    String what = "list " + watched.plural();
    Consumer<Json> items =
        item -> {
          if (item instanceof Json.Obj object) {
            listing.add(object);
          }
        };
    Json.Obj page;
    try (ApiBody body = client.get(what, watched.path(), query, pace.list(), () -> {});
        JsonStream text = new JsonStream(body, text("list"), SKIPPED)) {
      page = text.object("items", items);
    } catch (JsonException e) {
      throw nonsense(e);
    } catch (IOException e) {
      throw failed("list", e);
    }
    Json.Obj metadata = object(page, "metadata");
    // An answer that is no such list must not count as an empty one.
    if (!word(page, "kind").equals(watched.kind() + "List")
        || word(metadata, "resourceVersion").isEmpty()) {
      throw new ApiException(
          ApiException.Kind.NONSENSE,
          text("list") + " is no " + watched.kind() + "List with a resourceVersion");
    }
    return metadata;
  }

  private void watch() throws ApiException, InterruptedException {
    Map<String, String> query = selectors();
    query.put("watch", "true");
    query.put("allowWatchBookmarks", "true");
    query.put("resourceVersion", watchFrom);
    long seconds = Math.max(pace.span().toSeconds(), 1);
    query.put(
        "timeoutSeconds",
        Long.toString(ThreadLocalRandom.current().nextLong(seconds, 2 * seconds + 1)));
    long begun = System.nanoTime();
    boolean told = false;
    String what = "watch " + watched.plural();
    try (ApiBody body = client.get(what, watched.path(), query, pace.watch(), this::proved);
        JsonStream text = new JsonStream(body, text("watch"), SKIPPED)) {
      Optional<Json> event = text.next();
      while (event.isPresent()) {
        happened(event.get());
        told = true;
        proved();
        event = text.next();
      }
    } catch (ApiBody.Silence e) {
      return; // It may only be quiet there; whether it is, the next attempt shows.
    } catch (JsonException e) {
      throw nonsense(e);
    } catch (IOException e) {
      if (!told && !stood(begun)) {
        throw failed("watch", e);
      }
      return;
    }
    if (!told && !stood(begun)) {
      throw new ApiException(ApiException.Kind.FAILED, text("watch") + " ends at once");
    }
  }

  private boolean stood(long begun) {
    return System.nanoTime() - begun >= pace.proof().toNanos();
  }

  private void proved() {
    expired = false;
    backoff.reset();
    sink.found();
  }

  private void happened(Json json) throws ApiException {
    Json.Obj event = json instanceof Json.Obj object ? object : Json.Obj.EMPTY;
    String type = word(event, "type");
    Json.Obj object = object(event, "object");
    if (type.equals("ERROR")) {
      throw refused(object);
    }
    String version = word(object(object, "metadata"), "resourceVersion");
    boolean known =
        switch (type) {
          case "ADDED", "MODIFIED", "DELETED", "BOOKMARK" -> true;
          default -> false;
        };
    if (!known || version.isEmpty()) {
      throw new ApiException(
          ApiException.Kind.NONSENSE,
          text("watch") + " has an event that is none of an object with a resourceVersion");
    }
    switch (type) {
      case "ADDED", "MODIFIED" -> sink.put(object);
      case "DELETED" -> sink.gone(object);
      default -> {}
    }
    watchFrom = version;
    listFrom = version;
  }

  private ApiException refused(Json.Obj status) {
    boolean gone =
        word(status, "reason").equals("Expired")
            || (status.fields().get("code") instanceof Json.Num(var code)
                && code.intValue() == 410);
    return new ApiException(
        gone ? ApiException.Kind.EXPIRED : ApiException.Kind.FAILED,
        text("watch") + " ends with an error: " + ApiClient.excerpt(word(status, "message")));
  }

  private Map<String, String> selectors() {
    Map<String, String> query = new LinkedHashMap<>();
    if (!watched.labelSelector().isEmpty()) {
      query.put("labelSelector", watched.labelSelector());
    }
    if (!watched.fieldSelector().isEmpty()) {
      query.put("fieldSelector", watched.fieldSelector());
    }
    return query;
  }

  /** What errors call an answer. */
  private String text(String verb) {
    return "the " + verb + " of " + watched.plural() + " from " + client.server();
  }

  private static ApiException nonsense(JsonException e) {
    return new ApiException(
        ApiException.Kind.NONSENSE, ApiClient.excerpt(String.valueOf(e.getMessage())));
  }

  private ApiException failed(String verb, IOException e) {
    return new ApiException(
        ApiException.Kind.FAILED,
        text(verb) + " " + ApiClient.excerpt(String.valueOf(e.getMessage())));
  }

  static Json.Obj object(Json.Obj of, String key) {
    return of.fields().get(key) instanceof Json.Obj object ? object : Json.Obj.EMPTY;
  }

  static String word(Json.Obj object, String key) {
    return object.fields().get(key) instanceof Json.Str(String text) ? text : "";
  }
}
