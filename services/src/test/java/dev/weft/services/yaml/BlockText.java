package dev.weft.services.yaml;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.util.List;
import java.util.Map;

/** Writes a tree in the form that people write: blocks, and quotes only where they are needed. */
public final class BlockText {
  private BlockText() {}

  public static String of(Json tree) {
    return write(tree, "") + "\n";
  }

  private static String write(Json tree, String indent) {
    return switch (tree) {
      case Json.Obj(Map<String, Json> fields) when !fields.isEmpty() -> {
        StringBuilder text = new StringBuilder();
        fields.forEach(
            (key, value) ->
                text.append("\n" + indent + word(key) + ": " + write(value, indent + "  ")));
        yield text.toString();
      }
      case Json.Arr(List<Json> elements) when !elements.isEmpty() -> {
        StringBuilder text = new StringBuilder();
        elements.forEach(
            element -> text.append("\n" + indent + "- " + write(element, indent + "  ")));
        yield text.toString();
      }
      case Json.Str(String text) -> word(text);
      default -> JsonText.write(tree);
    };
  }

  private static String word(String text) {
    boolean plain =
        text.matches("[A-Za-z0-9][A-Za-z0-9./:-]*[A-Za-z0-9]")
            && PlainScalar.resolve(text) instanceof Json.Str;
    return plain ? text : JsonText.write(new Json.Str(text));
  }
}
