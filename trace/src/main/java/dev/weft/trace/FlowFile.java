package dev.weft.trace;

import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import dev.weft.services.FieldException;
import dev.weft.services.Fields;
import dev.weft.services.InputException;
import dev.weft.services.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a list of packets, JSON. */
public final class FlowFile {
  private static final int MAX_BYTES = 64 << 20;
  private static final int MAX_PORT = 65535;

  private static final Map<String, Protocol> PROTOCOLS =
      Map.of("tcp", Protocol.TCP, "udp", Protocol.UDP, "sctp", Protocol.SCTP);

  private static final Map<String, Flow.State> STATES =
      Map.of(
          "NEW", Flow.State.NEW,
          "ESTABLISHED", Flow.State.ESTABLISHED,
          "RELATED", Flow.State.RELATED,
          "INVALID", Flow.State.INVALID,
          "UNTRACKED", Flow.State.UNTRACKED);

  private FlowFile() {}

  /**
   * Reads a file.
   *
   * @throws InputException if it is not there or not such a list; names the flow and the field
   */
  public static List<Flow> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return parse(in.readNBytes(MAX_BYTES + 1), file.toString());
    } catch (NoSuchFileException e) {
      throw new InputException("there is no file " + file);
    } catch (IOException e) {
      throw new InputException(file + " cannot be read: " + e);
    }
  }

  /**
   * Reads a text.
   *
   * @param label what it is called in errors
   * @throws InputException likewise
   */
  public static List<Flow> parse(byte[] utf8, String label) {
    Json value;
    try {
      value = JsonText.read(utf8, label, MAX_BYTES);
    } catch (JsonException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
    if (!(value instanceof Json.Arr(List<Json> elements))) {
      throw new InputException(
          label + " is " + value.kind() + ", but should be a list of flows, [{…}, …]");
    }
    List<Flow> flows = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      String place = label + ", flow " + (i + 1);
      if (!(elements.get(i) instanceof Json.Obj object)) {
        throw new InputException(
            place + " is " + elements.get(i).kind() + ", but should be an object");
      }
      try {
        flows.add(flow(Fields.of(object)));
      } catch (FieldException | IllegalArgumentException e) {
        String name = object.fields().get("name") instanceof Json.Str(String text) ? text : "";
        throw new InputException(
            place + (name.isEmpty() ? "" : " (" + name + ")") + ": " + e.getMessage());
      }
    }
    return flows;
  }

  private static Flow flow(Fields fields) {
    if (!fields.has("port")) {
      throw fields.refused("port", "should be a whole number from 1 to " + MAX_PORT);
    }
    String device = fields.string("inInterface");
    return new Flow(
        fields.string("name"),
        fields.word("from").address(),
        choice(fields, "proto", PROTOCOLS, Protocol.TCP),
        new AddressPort(fields.word("to").address(), fields.integer("port", 1, MAX_PORT, 0)),
        device.isEmpty() ? Optional.empty() : Optional.of(device),
        choice(fields, "ctState", STATES, Flow.State.NEW),
        fields.objects("affinity").stream().map(FlowFile::used).toList());
  }

  /** One of some words, in whatever case. */
  private static <T> T choice(Fields fields, String key, Map<String, T> choices, T otherwise) {
    String text = fields.string(key);
    for (Map.Entry<String, T> choice : choices.entrySet()) {
      if (choice.getKey().equalsIgnoreCase(text)) {
        return choice.getValue();
      }
    }
    return fields.choice(key, choices, otherwise);
  }

  private static Flow.Used used(Fields fields) {
    return new Flow.Used(
        AddressPort.parse(fields.string("endpoint"))
            .orElseThrow(
                () ->
                    fields.refused(
                        "endpoint",
                        "should be an address and a port, 10.0.0.1:80 or [fd00::1]:80")),
        fields.integer("ageSeconds", 0, Integer.MAX_VALUE, 0));
  }
}
