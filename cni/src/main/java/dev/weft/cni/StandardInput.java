package dev.weft.cni;

import dev.weft.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Where the configuration comes from. */
public interface StandardInput {

  /** Everything up to the end, but no more than one byte beyond {@link JsonText#MAX_BYTES}. */
  byte[] all() throws IOException;

  /** What can be had without waiting; maybe not all of it. */
  byte[] available() throws IOException;

  static StandardInput of(InputStream stream) {
    return new StandardInput() {
      @Override
      public byte[] all() throws IOException {
        return stream.readNBytes(JsonText.MAX_BYTES + 1);
      }

      @Override
      public byte[] available() throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        int ready = stream.available();
        while (ready > 0 && read.size() <= JsonText.MAX_BYTES) {
          read.write(stream.readNBytes(Math.min(ready, JsonText.MAX_BYTES + 1)));
          ready = stream.available();
        }
        return read.toByteArray();
      }
    };
  }

  /** Input that has been read already. */
  static StandardInput of(byte[] bytes) {
    return new StandardInput() {
      @Override
      public byte[] all() {
        return bytes;
      }

      @Override
      public byte[] available() {
        return bytes;
      }
    };
  }
}
