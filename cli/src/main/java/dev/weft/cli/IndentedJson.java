package dev.weft.cli;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.util.List;
import java.util.Map;

/** JSON for people: one field or element a line, as Go programs print it. */
final class IndentedJson {
  private static final String INDENT = "    ";

  private IndentedJson() {}

  static String write(Json value) {
    StringBuilder text = new StringBuilder();
    write(text, value, "\n");
    return text.toString();
  }

  /**
   * @param newline begins a line at this depth
   */
  private static void write(StringBuilder text, Json value, String newline) {
    switch (value) {
      case Json.Obj(Map<String, Json> fields) when !fields.isEmpty() -> {
        char separator = '{';
        for (Map.Entry<String, Json> field : fields.entrySet()) {
          text.append(separator).append(newline).append(INDENT);
          text.append(JsonText.write(new Json.Str(field.getKey()))).append(": ");
          write(text, field.getValue(), newline + INDENT);
          separator = ',';
        }
        text.append(newline).append('}');
      }
      case Json.Arr(List<Json> elements) when !elements.isEmpty() -> {
        char separator = '[';
        for (Json element : elements) {
          text.append(separator).append(newline).append(INDENT);
          write(text, element, newline + INDENT);
          separator = ',';
        }
        text.append(newline).append(']');
      }
      default -> text.append(JsonText.write(value));
    }
  }
}
