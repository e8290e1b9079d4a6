package dev.weft.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * JSON as it arrives: values one behind the other (a server's events), or one object with a list
 * whose elements are many (a server's answer). What is held at a time is one value, of bounded size
 * and depth. Waiting for input is the stream's business.
 */
public final class JsonStream implements AutoCloseable {
  private final String what;
  private final Set<String> skipped;
  private final Bounded text;
  private final JsonParser parser;

  /**
   * @param utf8 is closed with this
   * @param what names the text in errors
   * @param skipped keys whose values are left out, wherever they stand
   */
  public JsonStream(InputStream utf8, String what, Set<String> skipped) throws IOException {
    this.what = what;
    this.skipped = Set.copyOf(skipped);
    this.text = new Bounded(new InputStreamReader(utf8, StandardCharsets.UTF_8.newDecoder()));
    this.parser = JsonText.FACTORY.createParser(text);
  }

  /** Bounds how much may come for one value. What the parser has read ahead is not much. */
  private static final class Bounded extends FilterReader {
    private int read;

    Bounded(Reader in) {
      super(in);
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      if (read > JsonText.MAX_BYTES) {
        throw new TooLong();
      }
      int count = super.read(buffer, offset, length);
      read += Math.max(count, 0);
      return count;
    }
  }

  private static final class TooLong extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** Something that reads, and may fail as parsers do. */
  private interface Reading<T> {
    T read() throws IOException;
  }

  /**
   * The next value; nothing at the end.
   *
   * @throws JsonException for what is not JSON
   * @throws IOException if the stream fails
   */
  public Optional<Json> next() throws IOException {
    return checked(
        () -> {
          text.read = 0;
          JsonToken token = parser.nextToken();
          return token == null
              ? Optional.empty()
              : Optional.of(JsonText.value(parser, token, skipped));
        });
  }

  /**
   * Reads one object and hands on the elements of one of its lists as they come, instead of keeping
   * them.
   *
   * @param list the key of the list
   * @param elements takes them; what it throws ends the reading
   * @return the object without the list
   * @throws JsonException for what is not JSON, and for any other value
   * @throws IOException if the stream fails
   */
  public Json.Obj object(String list, Consumer<Json> elements) throws IOException {
    return checked(
        () -> {
          if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw JsonText.refused(what, "is not an object, but should be one", null);
          }
          Map<String, Json> fields = new LinkedHashMap<>();
          while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            JsonToken token = parser.nextToken();
            if (key.equals(list) && token == JsonToken.START_ARRAY) {
              elements(elements);
            } else {
              text.read = 0;
              fields.put(key, JsonText.value(parser, token, skipped));
            }
          }
          return new Json.Obj(fields);
        });
  }

  private void elements(Consumer<Json> to) throws IOException {
    JsonToken token = parser.nextToken();
    while (token != JsonToken.END_ARRAY) {
      text.read = 0;
      to.accept(JsonText.value(parser, token, skipped));
      token = parser.nextToken();
    }
  }

  private <T> T checked(Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (TooLong e) {
      throw JsonText.refused(
          what, "has a value that is longer than " + JsonText.MAX_BYTES + " bytes", e);
    } catch (CharacterCodingException e) {
      throw JsonText.refused(what, "is not UTF-8", e);
    } catch (JsonEOFException e) {
      throw JsonText.refused(what, "breaks off", e);
    } catch (JsonProcessingException e) {
      throw JsonText.refused(what, "is not JSON: " + e.getOriginalMessage(), e);
    } catch (NumberFormatException e) {
      throw JsonText.refused(what, "has a number out of range", e);
    }
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
