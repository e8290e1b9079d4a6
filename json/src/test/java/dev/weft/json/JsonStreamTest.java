package dev.weft.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Values are handed on as they come, and what is no JSON is refused where it begins. */
class JsonStreamTest {

  @Property(tries = 200)
  void valuesComeOneAfterAnother(@ForAll @Size(max = 20) List<String> words) throws IOException {
    StringBuilder text = new StringBuilder();
    words.forEach(word -> text.append(JsonText.write(new Json.Str(word))).append('\n'));
    List<String> read = new ArrayList<>();
    try (JsonStream stream = stream(text.toString())) {
      while (stream.next().orElse(null) instanceof Json.Str(String word)) {
        read.add(word);
      }
    }
    assertEquals(words, read);
  }

  @Test
  void valueIsThereBeforeTheNextOneBegins() throws IOException {
    try (PipedOutputStream out = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(out);
        JsonStream stream = new JsonStream(in, "the events", Set.of())) {
      for (int i = 0; i < 3; i++) {
        out.write(("{\"n\":" + i + "}\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        assertEquals(
            "{\"n\":" + i + "}", stream.next().map(JsonText::write).orElse("nothing, " + i));
      }
    }
  }

  @Test
  void elementsOfTheListAreHandedOn() throws IOException {
    String text =
        """
        {"kind": "List", "items": [{"a": 1, "managedFields": [{"b": []}]}, [], null],
         "metadata": {"items": [7], "resourceVersion": "12"}}
        """;
    List<String> elements = new ArrayList<>();
    Json.Obj rest;
    try (JsonStream stream = stream(text)) {
      rest = stream.object("items", element -> elements.add(JsonText.write(element)));
      assertEquals(Optional.empty(), stream.next());
    }
    assertEquals(List.of("{\"a\":1}", "[]", "null"), elements);
    assertEquals(
        "{\"kind\":\"List\",\"metadata\":{\"items\":[7],\"resourceVersion\":\"12\"}}",
        JsonText.write(rest));
  }

  @Test
  void whatIsNoJsonIsRefused() throws IOException {
    assertRefused("<html>", "the answer is not JSON: ");
    assertRefused("{\"items\": [1, 2", "the answer breaks off");
    assertRefused("[1]", "the answer is not an object, but should be one");
    assertRefused("", "the answer is not an object, but should be one");
    assertRefused("{\"a\": 1e999999999}", "the answer has a number out of range");
    assertRefused("{\"a\": \"\u00FF\"}", "the answer is not UTF-8", StandardCharsets.ISO_8859_1);
  }

  @Test
  void valueWithoutEndIsRefused() throws IOException {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return '[';
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            Arrays.fill(buffer, offset, offset + length, (byte) ' ');
            return length;
          }
        };
    try (JsonStream stream = new JsonStream(endless, "the answer", Set.of())) {
      JsonException refused = assertThrows(JsonException.class, stream::next);
      assertTrue(String.valueOf(refused.getMessage()).contains("longer than"), refused::toString);
    }
  }

  private static void assertRefused(String text, String message) throws IOException {
    assertRefused(text, message, StandardCharsets.UTF_8);
  }

  private static void assertRefused(String text, String message, Charset characters)
      throws IOException {
    try (JsonStream stream =
        new JsonStream(
            new ByteArrayInputStream(text.getBytes(characters)), "the answer", Set.of())) {
      JsonException refused =
          assertThrows(JsonException.class, () -> stream.object("items", _ -> {}));
      assertTrue(String.valueOf(refused.getMessage()).startsWith(message), refused::toString);
    }
  }

  private static JsonStream stream(String text) throws IOException {
    return new JsonStream(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        "the answer",
        Set.of("managedFields"));
  }
}
