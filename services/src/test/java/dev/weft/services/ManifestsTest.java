package dev.weft.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests are found and told apart as kubectl does it, each with the place where it stands. */
class ManifestsTest {

  @Test
  void documentsHaveTheirNumberAndLine() {
    assertPlaces(
        """
        # two objects
        ---
        apiVersion: v1
        kind: A
        ---
        # nothing
        ---

        # the second one
        apiVersion: v1
        kind: B
        """,
        "A: t, document 1 (line 3)",
        "B: t, document 2 (line 10)");
  }

  @Test
  void everyWayToSeparateDocumentsIsKnown() {
    assertPlaces(
        """
        \uFEFF{"apiVersion": "v1",
        \t"kind": "A"}
        ---
        {"apiVersion": "v1",
        \t"kind": "B"}
        --- {apiVersion: v1, kind: C}
        --- # D
        apiVersion: v1
        kind: D
        ...
        %YAML 1.1
        ---
        apiVersion: v1
        kind: E
        text: |
          ---
          ...
        ...
        apiVersion: v1
        kind: F
        """
            .replace("\n", "\r\n"),
        "A: t, document 1 (line 1)",
        "B: t, document 2 (line 4)",
        "C: t, document 3 (line 6)",
        "D: t, document 4 (line 8)",
        "E: t, document 5 (line 11)",
        "F: t, document 6 (line 19)");
  }

  @Test
  void listsAreTheirItems() {
    assertPlaces(
        """
        apiVersion: v1
        kind: List
        items:
        - {apiVersion: v1, kind: A}
        - apiVersion: v1
          kind: ServiceList
          items: [{metadata: {name: web}}]
        - 7
        """,
        "A: t, document 1 (line 1), items[0]",
        "Service: t, document 1 (line 1), items[1], items[0]",
        "! t, document 1 (line 1), items[2] is a number, but should be an object with a kind");
  }

  @Test
  void mistakeInOneDocumentSparesTheOthers() {
    byte[] text =
        """
        apiVersion: v1
        kind: A
        ---
        apiVersion: v1
        kind: [
        ---
        apiVersion: v1
        kind: B
        name: \u00FF
        ---
        kind: C
        ---
        words
        ---
        apiVersion: v1
        kind: D
        """
            .getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(
        List.of(
            "A: t, document 1 (line 1)",
            "D: t, document 6 (line 15)",
            "! t, document 2 (line 5) is not YAML: while parsing a flow node, did not find expected"
                + " node content",
            "! t, document 3 (line 7) is not UTF-8; save it as UTF-8",
            "! t, document 4 (line 11) has no apiVersion, but every object needs one, a string",
            "! t, document 5 (line 13) is a string, but should be an object with a kind"),
        lines(Manifests.parse(text, "t")).stream()
            .map(
                line ->
                    line.replaceFirst(
                        "while parsing.*",
                        "while parsing a flow node, did not" + " find expected node content"))
            .toList());
  }

  @Test
  void directoryGivesItsManifestsInOrder(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("b.yaml"), "{apiVersion: v1, kind: B}");
    Files.writeString(directory.resolve("a.json"), "{\"apiVersion\": \"v1\", \"kind\": \"A\"}");
    Files.writeString(directory.resolve("c.YML"), "{apiVersion: v1, kind: C}");
    Files.writeString(directory.resolve("README"), "{apiVersion: v1, kind: D}");
    Files.writeString(directory.resolve(".b.yaml"), "{apiVersion: v1, kind: E}");
    Files.createDirectory(directory.resolve("more.yaml"));
    Path absent = directory.resolve("absent.yaml");
    assertEquals(
        List.of(
            "A: " + directory.resolve("a.json") + ", document 1 (line 1)",
            "B: " + directory.resolve("b.yaml") + ", document 1 (line 1)",
            "C: " + directory.resolve("c.YML") + ", document 1 (line 1)",
            "D: " + directory.resolve("README") + ", document 1 (line 1)",
            "! there is no file " + absent),
        lines(Manifests.read(List.of(directory, absent, directory.resolve("README")))));
  }

  @Test
  void hugeListOfJsonIsRead() {
    String item = "{\"apiVersion\":\"v1\",\"kind\":\"A\",\"text\":\"" + "x".repeat(1000) + "\"},";
    String text =
        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[" + item.repeat(20_000) + "null]}";
    Manifests read = Manifests.parse(text.getBytes(StandardCharsets.UTF_8), "t");
    assertEquals(20_000, read.objects().size());
    assertEquals(1, read.problems().size());
  }

  @Test
  void objectIsHandedOnWhole() {
    Manifests read =
        Manifests.parse(
            "{apiVersion: x/v1, kind: A, port: 80}".getBytes(StandardCharsets.UTF_8), "t");
    Manifest manifest = read.objects().getFirst();
    assertEquals("x/v1", manifest.apiVersion());
    assertEquals(
        "{\"apiVersion\":\"x/v1\",\"kind\":\"A\",\"port\":80}", JsonText.write(manifest.object()));
    assertTrue(manifest.object().fields().get("port") instanceof Json.Num);
  }

  private static void assertPlaces(String text, String... lines) {
    assertEquals(
        List.of(lines), lines(Manifests.parse(text.getBytes(StandardCharsets.UTF_8), "t")));
  }

  private static List<String> lines(Manifests read) {
    List<String> lines = new ArrayList<>();
    read.objects().forEach(object -> lines.add(object.kind() + ": " + object.place()));
    read.problems().forEach(problem -> lines.add("! " + problem));
    return lines;
  }
}
