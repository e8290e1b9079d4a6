package dev.weft.services;

import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import dev.weft.services.yaml.YamlException;
import dev.weft.services.yaml.YamlText;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One text of documents. It is cut into them by their separating lines before any is parsed, so
 * that a mistake in one costs only that one.
 */
final class ManifestText {
  private static final String LIST = "List";

  private final String name;
  private final List<Manifest> objects;
  private final List<Problem> problems;
  private int documents;

  ManifestText(String name, List<Manifest> objects, List<Problem> problems) {
    this.name = name;
    this.objects = objects;
    this.problems = problems;
  }

  void read(byte[] utf8) {
    for (DocumentCut.Piece piece : DocumentCut.cut(utf8)) {
      documents++;
      document(Arrays.copyOfRange(utf8, piece.start(), piece.end()), piece);
    }
  }

  private void document(byte[] utf8, DocumentCut.Piece piece) {
    String place = name + ", document " + documents;
    Json value;
    try {
      value = tree(utf8);
    } catch (YamlException e) {
      int mistake = piece.line() - 1 + e.line();
      problems.add(Problem.error(place + " (line " + mistake + ") " + e.getMessage()));
      return;
    } catch (CharacterCodingException e) {
      problems.add(
          Problem.error(
              place + " (line " + piece.contentLine() + ") is not UTF-8; save it as UTF-8"));
      return;
    }
    if (value instanceof Json.Null) {
      documents--; // only comments
    } else {
      add(value, place + " (line " + piece.contentLine() + ")");
    }
  }

  /**
   * Reads a text that must be one object, of no kind.
   *
   * @param label what it is called in errors
   * @throws InputException if it is not that
   */
  static Json.Obj single(byte[] utf8, String label) {
    List<Json> values = new ArrayList<>();
    for (DocumentCut.Piece piece : DocumentCut.cut(utf8)) {
      try {
        values.add(tree(Arrays.copyOfRange(utf8, piece.start(), piece.end())));
      } catch (YamlException e) {
        int mistake = piece.line() - 1 + e.line();
        throw new InputException(label + " (line " + mistake + ") " + e.getMessage());
      } catch (CharacterCodingException e) {
        throw new InputException(label + " is not UTF-8; save it as UTF-8");
      }
    }
    values.removeIf(Json.Null.class::isInstance); // only comments
    if (values.size() == 1 && values.getFirst() instanceof Json.Obj object) {
      return object;
    }
    String what =
        values.size() == 1
            ? "is " + values.getFirst().kind()
            : "has " + values.size() + " documents";
    throw new InputException(label + " " + what + ", but should be one object");
  }

  private static Json tree(byte[] utf8) throws CharacterCodingException {
    return looksLikeJson(utf8) ? jsonOrYaml(utf8) : YamlText.read(decode(utf8));
  }

  private static boolean looksLikeJson(byte[] utf8) {
    for (byte character : utf8) {
      if (character > ' ') {
        return character == '{';
      }
    }
    return false;
  }

  /** YAML may begin like JSON, and its parser tells mistakes of JSON as well. */
  private static Json jsonOrYaml(byte[] utf8) throws CharacterCodingException {
    try {
      return JsonText.read(utf8, "the document", Manifests.MAX_BYTES);
    } catch (JsonException e) {
      return YamlText.read(decode(utf8));
    }
  }

  private static String decode(byte[] utf8) throws CharacterCodingException {
    CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
    return text.toString();
  }

  private void add(Json value, String place) {
    if (!(value instanceof Json.Obj object)) {
      problems.add(
          Problem.error(place + " is " + value.kind() + ", but should be an object with a kind"));
      return;
    }
    String kind = word(object, "kind");
    String apiVersion = word(object, "apiVersion");
    if (kind.endsWith(LIST) && object.fields().get("items") instanceof Json.Arr(var items)) {
      addItems(items, kind, apiVersion, place);
    } else if (kind.isEmpty() || apiVersion.isEmpty()) {
      String missing = kind.isEmpty() ? "kind" : "apiVersion";
      problems.add(
          Problem.error(place + " has no " + missing + ", but every object needs one, a string"));
    } else {
      objects.add(new Manifest(place, apiVersion, kind, object));
    }
  }

  /** Items of a list of one kind, such as {@code ServiceList}, need not repeat what they are. */
  private void addItems(List<Json> items, String kind, String apiVersion, String place) {
    String itemKind = kind.substring(0, kind.length() - LIST.length());
    for (int i = 0; i < items.size(); i++) {
      Json item = items.get(i);
      if (!itemKind.isEmpty()
          && item instanceof Json.Obj(Map<String, Json> fields)
          && !fields.containsKey("kind")) {
        Map<String, Json> whole = new LinkedHashMap<>(fields);
        whole.put("kind", new Json.Str(itemKind));
        whole.putIfAbsent("apiVersion", new Json.Str(apiVersion));
        item = new Json.Obj(whole);
      }
      add(item, place + ", items[" + i + "]");
    }
  }

  private static String word(Json.Obj object, String key) {
    return object.fields().get(key) instanceof Json.Str(String text) ? text : "";
  }
}
