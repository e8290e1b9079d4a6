package dev.weft.services;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What became of one manifest, whatever others say.
 *
 * @param label where it stands and what it is called, as problems begin
 * @param object nothing if it is of another kind, needs no attention, or has an error
 * @param since when what it says came to be so, as far as the cluster noted that down
 */
public record ObjectReading(
    String label, Optional<ServiceObject> object, Optional<Instant> since, List<Problem> problems) {
  private static final String CORE = "v1";
  private static final String DISCOVERY = "discovery.k8s.io";

  public ObjectReading {
    problems = List.copyOf(problems);
  }

  /** Reads one kind of object; nothing for one that needs no attention. */
  private interface ObjectReader {
    Optional<? extends ServiceObject> read(Fields object, Consumer<String> warnings);
  }

  /** Reads a manifest; what is wrong with it is a problem. */
  public static ObjectReading of(Manifest manifest) {
    return switch (manifest.kind()) {
      case "Service" ->
          read(
              manifest,
              "",
              CORE,
              (object, warnings) -> Optional.of(ServiceReader.read(object, warnings)));
      case "EndpointSlice" ->
          read(manifest, DISCOVERY, DISCOVERY + "/v1", EndpointSliceReader::read);
      case "Endpoints" ->
          manifest.apiVersion().equals(CORE)
              ? without(
                  label(manifest), Problem::warning, "is not read; write an EndpointSlice instead")
              : passedOver(manifest);
      default -> passedOver(manifest);
    };
  }

  private static ObjectReading read(
      Manifest manifest, String group, String apiVersion, ObjectReader reader) {
    String actual = manifest.apiVersion();
    if (!actual.substring(0, Math.max(actual.indexOf('/'), 0)).equals(group)) {
      return passedOver(manifest); // another group's kind of the same name
    }
    String label = label(manifest);
    Fields fields = Fields.of(manifest.object());
    List<Problem> warnings = new ArrayList<>();
    try {
      if (!actual.equals(apiVersion)) {
        throw fields.refused("apiVersion", "should be " + apiVersion);
      }
      Optional<? extends ServiceObject> object =
          reader.read(fields, text -> warnings.add(Problem.warning(label + ": " + text)));
      return new ObjectReading(
          label, object.map(ServiceObject.class::cast), new Metadata(fields).since(), warnings);
    } catch (FieldException e) {
      return without(label, Problem::error, String.valueOf(e.getMessage()));
    }
  }

  /** Makes a problem of a text. */
  private interface Severity {
    Problem problem(String text);
  }

  private static ObjectReading without(String label, Severity severity, String text) {
    return new ObjectReading(
        label, Optional.empty(), Optional.empty(), List.of(severity.problem(label + ": " + text)));
  }

  private static ObjectReading passedOver(Manifest manifest) {
    return new ObjectReading(manifest.place(), Optional.empty(), Optional.empty(), List.of());
  }

  private static String label(Manifest manifest) {
    String place = manifest.place();
    String object = place.isEmpty() ? manifest.kind() : place + ", " + manifest.kind();
    try {
      return object + " " + new Metadata(Fields.of(manifest.object())).dnsName();
    } catch (FieldException e) {
      return object; // the reader says what is wrong with the name
    }
  }
}
