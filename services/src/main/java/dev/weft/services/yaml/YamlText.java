package dev.weft.services.yaml;

import dev.weft.json.Json;
import dev.weft.json.Quoted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Reads one document of YAML (1.1, as kubectl does) as a tree, in time and memory that are linear
 * in its length.
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
  static final int VALUES_PER_CHARACTER = 10;

  private static final String TAG = "tag:yaml.org,2002:";
  private static final String MERGE = "<<";

  private final Parser parser;
  private final long mostValues;
  private final Map<String, Anchored> anchors = new HashMap<>();

  /** Values so far, those that aliases name counted each time. */
  private long values;

  private int seenLine = 1;

  /** What an anchor names, and how many values are in it. */
  private record Anchored(Json value, long values) {}

  private YamlText(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE);
    this.parser = new ParserImpl(new StreamReader(text), options);
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
    } catch (MarkedYAMLException e) {
      // What breaks off does so behind the last line.
      int last = Math.max(1, (int) text.lines().count());
      Mark mark = e.getProblemMark();
      throw new YamlException(
          mark == null ? last : Math.min(line(mark), last),
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
    if (peek().is(Event.ID.DocumentStart)) {
      next();
      value = value(0);
      expect(Event.ID.DocumentEnd);
    }
    Event next = next();
    if (!next.is(Event.ID.StreamEnd)) {
      throw refused(next, "goes on behind its end; another document begins with a line ---");
    }
    return value;
  }

  private Event next() {
    Event event = peek();
    seenLine = line(event.getEndMark());
    return parser.getEvent();
  }

  private Event peek() {
    try {
      return parser.peekEvent();
    } catch (YAMLException e) {
      throw e;
    } catch (RuntimeException e) {
      // Slips of the library's own, such as at a text that ends with "\x.
      throw new YamlException(seenLine, "is not YAML: the parser gives up behind here: " + e);
    }
  }

  private void expect(Event.ID id) {
    Event event = next();
    if (!event.is(id)) {
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
    String anchor = ((NodeEvent) event).getAnchor();
    if (anchor != null) {
      anchors.put(anchor, new Anchored(value, values - before));
    }
    return value;
  }

  /** An alias shares the value, which nobody can change; but whoever reads it reads it again. */
  private Json named(AliasEvent alias) {
    Anchored anchored = anchors.get(alias.getAnchor());
    if (anchored == null) {
      throw refused(
          alias,
          "uses *" + alias.getAnchor() + ", but no value before is called &" + alias.getAnchor());
    }
    values += anchored.values();
    if (values > mostValues) {
      throw refused(alias, "repeats too much by aliases: write fewer of them");
    }
    return anchored.value();
  }

  private Json list(int depth) {
    List<Json> elements = new ArrayList<>();
    while (!peek().is(Event.ID.SequenceEnd)) {
      elements.add(value(depth + 1));
    }
    next();
    return new Json.Arr(elements);
  }

  private Json mapping(int depth) {
    Map<String, Json> fields = new LinkedHashMap<>();
    List<Json.Obj> merged = new ArrayList<>();
    while (!peek().is(Event.ID.MappingEnd)) {
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
    return key.isPlain() && key.getTag() == null && key.getValue().equals(MERGE);
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
    String tag = scalar.getTag();
    String text = scalar.getValue();
    if (tag == null) {
      return scalar.isPlain() ? PlainScalar.resolve(text) : new Json.Str(text);
    }
    boolean resolved =
        switch (tag) {
          case TAG + "int", TAG + "float", TAG + "bool", TAG + "null" -> true;
          default -> false;
        };
    return resolved ? PlainScalar.resolve(text) : new Json.Str(text);
  }

  private static YamlException refused(Event at, String problem) {
    return new YamlException(line(at.getStartMark()), problem);
  }

  private static int line(Mark mark) {
    return mark.getLine() + 1;
  }

  private static String sentence(@Nullable String context, @Nullable String problem) {
    String what = problem == null ? "" : problem;
    return context == null ? what : context + ", " + what;
  }
}
