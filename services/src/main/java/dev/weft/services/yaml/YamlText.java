package dev.weft.services.yaml;

import dev.weft.json.Json;
import dev.weft.json.Quoted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads one document of YAML as a tree, in time and memory that are linear in its length.
 *
 * <p>A library parses; the tree is made here, since the library's own would fill with copies of
 * what aliases name, and would give words other meanings than Kubernetes does. A key that is
 * written twice is refused: one of the two values would be lost in silence.
 */
public final class YamlText {
  /** How deep mappings and lists may nest, as for JSON. */
  static final int MAX_DEPTH = 100;

  /**
   * How many values a document may have with all aliases written out, for each of its characters.
   */
  static final int VALUES_PER_CHARACTER = 2;

  private static final String TAG = "tag:yaml.org,2002:";
  private static final String MERGE = "<<";

  private final Parser parser;
  private final long mostValues;
  private final Map<Anchor, Anchored> anchors = new HashMap<>();

  /** Values so far, those that aliases name counted each time. */
  private long values;

  private int seenLine = 1;

  /** What an anchor names, and how many values are in it. */
  private record Anchored(Json value, long values) {}

  private YamlText(String text) {
    // Filled once: the library copies its buffer whenever a long word needs more of the text.
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(Integer.MAX_VALUE)
            .setBufferSize(text.length() + 2)
            .build();
    this.parser = new ParserImpl(settings, new StreamReader(settings, text));
    this.mostValues = (long) VALUES_PER_CHARACTER * text.length();
  }

  /**
   * Reads a text of one document; JSON's {@code null} if there is nothing in it.
   *
   * @throws YamlException with the line of the mistake
   */
  public static Json read(String text) {
    try {
      return new YamlText(text).document();
    } catch (MarkedYamlEngineException e) {
      // What breaks off does so behind the last line.
      int last = Math.max(1, (int) text.lines().count());
      throw new YamlException(
          Math.min(line(e.getProblemMark()), last),
          "is not YAML: " + sentence(e.getContext(), e.getProblem()));
    } catch (ReaderException e) {
      int end = Math.min(e.getPosition(), text.length());
      int line = 1 + (int) text.substring(0, end).chars().filter(c -> c == '\n').count();
      throw new YamlException(
          line, "has a character that YAML does not allow: U+%04X".formatted(e.getCodePoint()));
    }
  }

  private Json document() {
    expect(Event.ID.StreamStart);
    Json value = new Json.Null();
    if (peek().getEventId() == Event.ID.DocumentStart) {
      next();
      value = value(0);
      expect(Event.ID.DocumentEnd);
    }
    Event next = next();
    if (next.getEventId() != Event.ID.StreamEnd) {
      throw refused(next, "goes on behind its end; another document begins with a line ---");
    }
    return value;
  }

  private Event next() {
    Event event = peek();
    seenLine = line(event.getEndMark());
    return parser.next();
  }

  private Event peek() {
    try {
      return parser.peekEvent();
    } catch (YamlEngineException e) {
      throw e;
    } catch (RuntimeException e) {
      // Slips of the library's own, such as at a text that ends with "\x.
      throw new YamlException(seenLine, "is not YAML: the parser gives up behind here: " + e);
    }
  }

  private void expect(Event.ID id) {
    Event event = next();
    if (event.getEventId() != id) {
      throw new IllegalStateException("a document cannot have " + event + " here");
    }
  }

  private Json value(int depth) {
    Event event = next();
    if (event instanceof AliasEvent alias) {
      return named(alias);
    }
    long before = values++;
    if (depth > MAX_DEPTH) {
      throw refused(event, "nests deeper than " + MAX_DEPTH + " levels");
    }
    Json value =
        switch (event) {
          case ScalarEvent scalar -> scalar(scalar);
          case SequenceStartEvent _ -> list(depth);
          case MappingStartEvent _ -> mapping(depth);
          default -> throw new IllegalStateException("a value cannot start with " + event);
        };
    long within = values - before;
    ((NodeEvent) event)
        .getAnchor()
        .ifPresent(anchor -> anchors.put(anchor, new Anchored(value, within)));
    return value;
  }

  /** An alias shares the value, which nobody can change; but whoever reads it reads it again. */
  private Json named(AliasEvent alias) {
    Anchored anchored = anchors.get(alias.getAlias());
    if (anchored == null) {
      throw refused(
          alias,
          "uses *" + alias.getAlias() + ", but no value before is called &" + alias.getAlias());
    }
    values += anchored.values();
    if (values > mostValues) {
      throw refused(alias, "repeats too much by aliases: write fewer of them");
    }
    return anchored.value();
  }

  private Json list(int depth) {
    List<Json> elements = new ArrayList<>();
    while (peek().getEventId() != Event.ID.SequenceEnd) {
      elements.add(value(depth + 1));
    }
    next();
    return new Json.Arr(elements);
  }

  private Json mapping(int depth) {
    Map<String, Json> fields = new LinkedHashMap<>();
    List<Json.Obj> merged = new ArrayList<>();
    while (peek().getEventId() != Event.ID.MappingEnd) {
      Event event = next();
      if (!(event instanceof ScalarEvent key)) {
        throw refused(event, "has a key that is no plain word; keys are strings");
      }
      if (isMerge(key)) {
        merge(key, value(depth + 1), merged);
      } else if (fields.containsKey(key.getValue())) {
        throw refused(key, "has the key " + Quoted.of(key.getValue()) + " twice");
      } else {
        fields.put(key.getValue(), value(depth + 1));
      }
    }
    next();
    for (Json.Obj more : merged) {
      more.fields().forEach(fields::putIfAbsent);
    }
    return new Json.Obj(fields);
  }

  private static boolean isMerge(ScalarEvent key) {
    return key.isPlain() && key.getTag().isEmpty() && key.getValue().equals(MERGE);
  }

  /** The fields of the mapping, or of each in a list, stand where the mapping itself has none. */
  private static void merge(Event at, Json from, List<Json.Obj> merged) {
    List<Json> sources = from instanceof Json.Arr(List<Json> elements) ? elements : List.of(from);
    for (Json source : sources) {
      if (!(source instanceof Json.Obj fields)) {
        throw refused(at, "merges " + source.kind() + " by <<, but should merge a mapping");
      }
      merged.add(fields);
    }
  }

  private static Json scalar(ScalarEvent scalar) {
    Optional<String> tag = scalar.getTag();
    String text = scalar.getValue();
    if (tag.isEmpty()) {
      return scalar.isPlain() ? PlainScalar.resolve(text) : new Json.Str(text);
    }
    boolean resolved =
        switch (tag.get()) {
          case TAG + "int", TAG + "float", TAG + "bool", TAG + "null" -> true;
          default -> false;
        };
    return resolved ? PlainScalar.resolve(text) : new Json.Str(text);
  }

  private static YamlException refused(Event at, String problem) {
    return new YamlException(line(at.getStartMark()), problem);
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(Mark::getLine).orElse(0) + 1;
  }

  private static String sentence(@Nullable String context, @Nullable String problem) {
    String what = problem == null ? "" : problem;
    return context == null ? what : context + ", " + what;
  }
}
