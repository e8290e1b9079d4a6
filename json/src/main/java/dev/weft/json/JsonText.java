package dev.weft.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * JSON as text (RFC 8259, UTF-8): one value and nothing behind it, of bounded size and depth.
 *
 * <p>Of a key that is written twice the last counts, as for Go's decoder. A byte order mark is
 * skipped.
 */
public final class JsonText {
  /**
   * The largest text that is read unless said otherwise, in bytes: a GC's list of 100,000
   * attachments fits.
   */
  public static final int MAX_BYTES = 16 << 20;

  /** How deep objects and lists may nest; deeper ones would only spend the stack. */
  static final int MAX_DEPTH = 100;

  private static final int MAX_DIGITS = 1000;
  private static final int MAX_SCALE = 1000;

  private static final Set<String> NOTHING = Set.of();

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Texts are small, read once, and may be made to collide in a shared table of names.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .maxStringLength(MAX_BYTES)
                  .build())
          .build();

  private JsonText() {}

  /**
   * Reads one value.
   *
   * @param what names the text in the error, such as {@code the configuration}
   * @throws JsonException with the place of the mistake
   */
  public static Json read(byte[] utf8, String what) {
    return read(utf8, what, MAX_BYTES);
  }

  /**
   * Reads one value of a text that may be longer than others.
   *
   * @param most how long it may be, in bytes
   * @throws JsonException as {@link #read(byte[], String)}
   */
  public static Json read(byte[] utf8, String what, int most) {
    CharBuffer text = decode(utf8, what, most);
    try (JsonParser parser =
        FACTORY.createParser(text.array(), text.arrayOffset(), text.remaining())) {
      return only(parser, what);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads one object.
   *
   * @throws JsonException as {@link #read(byte[], String)}, and for any other value
   */
  public static Json.Obj readObject(byte[] utf8, String what) {
    Json value = read(utf8, what);
    if (value instanceof Json.Obj object) {
      return object;
    }
    throw refused(what, "is " + value.kind() + ", but should be an object", null);
  }

  /** Writes a value without white space. */
  public static String write(Json value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static CharBuffer decode(byte[] utf8, String what, int most) {
    if (utf8.length > most) {
      throw refused(what, "is longer than " + most + " bytes", null);
    }
    ByteBuffer bytes = ByteBuffer.wrap(utf8);
    boolean marked =
        utf8.length >= 3
            && utf8[0] == (byte) 0xEF
            && utf8[1] == (byte) 0xBB
            && utf8[2] == (byte) 0xBF;
    bytes.position(marked ? 3 : 0);
    CharBuffer text = CharBuffer.allocate(bytes.remaining());
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, text, true);
    if (result.isError()) {
      throw refused(what, "is not UTF-8 at byte " + bytes.position(), null);
    }
    return text.flip();
  }

  private static Json only(JsonParser parser, String what) throws IOException {
    try {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw refused(what, "is empty, but should be JSON", null);
      }
      Json value = value(parser, first, NOTHING);
      if (parser.nextToken() != null) {
        throw refused(what, "goes on behind its end" + place(parser.currentTokenLocation()), null);
      }
      return value;
    } catch (JsonEOFException e) {
      throw refused(what, "breaks off" + place(parser.currentLocation()), e);
    } catch (StreamConstraintsException e) {
      throw refused(
          what,
          "goes too far" + place(parser.currentLocation()) + ": " + e.getOriginalMessage(),
          e);
    } catch (JsonProcessingException e) {
      throw refused(
          what, "is not JSON" + place(parser.currentLocation()) + ": " + e.getOriginalMessage(), e);
    } catch (NumberFormatException e) {
      throw refused(what, "has a number out of range" + place(parser.currentTokenLocation()), e);
    }
  }

  /**
   * The value that begins with a token.
   *
   * @param skipped keys whose values are left out, wherever they stand
   * @throws NumberFormatException for a number out of range
   */
  static Json value(JsonParser parser, JsonToken token, Set<String> skipped) throws IOException {
    return switch (token) {
      case START_OBJECT -> object(parser, skipped);
      case START_ARRAY -> array(parser, skipped);
      case VALUE_STRING -> new Json.Str(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getDecimalValue());
      case VALUE_TRUE -> new Json.Bool(true);
      case VALUE_FALSE -> new Json.Bool(false);
      case VALUE_NULL -> new Json.Null();
      default -> throw new IllegalStateException("a value cannot start with " + token);
    };
  }

  /** Refuses a number that would fill the memory of whoever wrote out its digits. */
  private static Json.Num number(BigDecimal value) {
    if (Math.abs((long) value.scale()) > MAX_SCALE) {
      throw new NumberFormatException();
    }
    return new Json.Num(value);
  }

  private static Json.Obj object(JsonParser parser, Set<String> skipped) throws IOException {
    LinkedHashMap<String, Json> fields = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken token = parser.nextToken();
      if (skipped.contains(key)) {
        parser.skipChildren();
      } else {
        fields.putLast(key, value(parser, token, skipped));
      }
    }
    return new Json.Obj(fields);
  }

  private static Json.Arr array(JsonParser parser, Set<String> skipped) throws IOException {
    List<Json> elements = new ArrayList<>();
    JsonToken token = parser.nextToken();
    while (token != JsonToken.END_ARRAY) {
      elements.add(value(parser, token, skipped));
      token = parser.nextToken();
    }
    return new Json.Arr(elements);
  }

  /** No switch over the types: the first such switch costs a cold process 7 ms. */
  private static void write(JsonGenerator generator, Json value) throws IOException {
    if (value instanceof Json.Obj(Map<String, Json> fields)) {
      generator.writeStartObject();
      for (Map.Entry<String, Json> field : fields.entrySet()) {
        generator.writeFieldName(field.getKey());
        write(generator, field.getValue());
      }
      generator.writeEndObject();
    } else if (value instanceof Json.Arr(List<Json> elements)) {
      generator.writeStartArray();
      for (Json element : elements) {
        write(generator, element);
      }
      generator.writeEndArray();
    } else if (value instanceof Json.Str(String text)) {
      generator.writeString(text);
    } else if (value instanceof Json.Num number) {
      generator.writeNumber(number.value());
    } else if (value instanceof Json.Bool(boolean truth)) {
      generator.writeBoolean(truth);
    } else {
      generator.writeNull();
    }
  }

  static String place(JsonLocation at) {
    return " at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  static JsonException refused(String what, String problem, @Nullable Throwable cause) {
    return new JsonException(what + " " + problem, cause);
  }
}
