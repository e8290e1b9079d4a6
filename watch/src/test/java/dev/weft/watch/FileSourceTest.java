package dev.weft.watch;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files say what they say, and what they said before while they cannot be read. */
class FileSourceTest {
  @TempDir private Path directory;
  private final Heard heard = new Heard();
  private FileSource source = new FileSource(List.of());

  @AfterEach
  void close() {
    source.close();
  }

  @Test
  void filesAndDirectoriesAreToldAtOnceAndThenTheirChanges() throws Exception {
    Path alone = write("alone", service("alone", 1));
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Files.writeString(folder.resolve("a.yaml"), service("a", 2) + slice("a", "10.1.0.1"));
    watch(alone, folder);
    assertEquals(List.of("all [shop/a, shop/a-1, shop/alone]"), heard.next());

    Files.writeString(folder.resolve("b.yml"), service("b", 3));
    assertEquals(List.of("put shop/b [10.200.0.3]"), heard.next());
    Files.writeString(
        folder.resolve("a.yaml"), service("a", 2) + slice("a", "10.1.0.1", "10.1.0.2"));
    assertEquals(List.of("put shop/a-1 2"), heard.next());
    Files.writeString(folder.resolve("a.yaml"), service("a", 4));
    assertEquals(List.of("put shop/a [10.200.0.4]", "gone shop/a-1"), heard.next());
    Files.delete(folder.resolve("b.yml"));
    assertEquals(List.of("gone shop/b"), heard.next());
    Files.writeString(folder.resolve("notes.txt"), "not a manifest");
    Files.writeString(alone, service("alone", 5));
    assertEquals(List.of("put shop/alone [10.200.0.5]"), heard.next());
  }

  @Test
  void fileThatIsRenamedOverIsReadAgain() throws Exception {
    Path file = write("web.yaml", service("web", 1));
    watch(file);
    heard.next();
    for (int i = 2; i < 5; i++) {
      Path draft = write(".web.yaml.tmp", service("web", i));
      Files.move(draft, file, ATOMIC_MOVE);
      assertEquals(List.of("put shop/web [10.200.0." + i + "]"), heard.next());
    }
  }

  @Test
  void volumeOfConfigMapIsFollowedThroughItsLinks() throws Exception {
    version("..1", service("web", 1));
    Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
    Files.createSymbolicLink(directory.resolve("web.yaml"), Path.of("..data/web.yaml"));
    watch(directory);
    assertEquals(List.of("all [shop/web]"), heard.next());
    version("..2", service("web", 2));
    Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..2"));
    Files.move(directory.resolve("..data_tmp"), directory.resolve("..data"), ATOMIC_MOVE);
    Files.delete(directory.resolve("..1/web.yaml"));
    assertEquals(List.of("put shop/web [10.200.0.2]"), heard.next());
  }

  @Test
  void fileElsewhereIsFollowedThroughItsLink() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Files.writeString(elsewhere.resolve("web"), service("web", 1));
    Files.createSymbolicLink(folder.resolve("web.yaml"), elsewhere.resolve("web"));
    watch(folder);
    heard.next();
    Files.writeString(elsewhere.resolve("web"), service("web", 2));
    assertEquals(List.of("put shop/web [10.200.0.2]"), heard.next());
  }

  @Test
  void brokenFileKeepsWhatItSaidAndIsToldOnce() throws Exception {
    Path file = write("web.yaml", service("web", 1) + service("api", 2));
    watch(directory);
    assertEquals(List.of("all [shop/api, shop/web]"), heard.next());
    Files.writeString(
        file, service("web", 3) + "---\nkind: [\n" + service("api", 4).replace("80", "0"));
    List<String> told = heard.until("put");
    assertEquals(4, told.size(), told::toString);
    assertEquals(
        List.of(
            "wrong " + file + ", document 2 (line 7) is not YAML",
            "wrong "
                + file
                + ": 1 object that it has no more, or wrongly, will stand until there is no error"
                + " in it and it is not empty",
            "wrong "
                + file
                + ", document 3 (line 9), Service shop/api: spec.ports[0].port is 0, but should be"
                + " a whole number from 1 to 65535",
            "put shop/web [10.200.0.3]"),
        told.stream().map(line -> line.replaceFirst("(?s)( is not YAML).*", "$1")).toList());
    Files.writeString(file, "", APPEND); // touched, but as it was
    Files.writeString(file, service("web", 3));
    assertEquals(List.of("gone shop/api"), heard.next());
    Files.writeString(file, "kind: [");
    assertEquals(2, heard.next().size());
  }

  @Test
  void fileIsReadWhenItIsWrittenToItsEnd() throws Exception {
    Path file = write("web.yaml", service("web", 1) + service("api", 2));
    watch(Duration.ofMillis(500), file);
    heard.next();
    String text = service("web", 3) + service("api", 4);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (byte[] piece : pieces(text)) {
        out.write(piece);
        out.flush();
        Thread.sleep(2);
      }
    }
    assertEquals(List.of("put shop/web [10.200.0.3]", "put shop/api [10.200.0.4]"), heard.next());
  }

  private static List<byte[]> pieces(String text) {
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < text.length(); at += 50) {
      String piece = text.substring(at, Math.min(at + 50, text.length()));
      pieces.add(piece.getBytes(StandardCharsets.UTF_8));
    }
    return pieces;
  }

  @Test
  void emptyFileIsOneThatIsBeingWritten() throws Exception {
    Path file = write("web.yaml", service("web", 1));
    watch(file);
    heard.next();
    Files.writeString(file, "");
    assertEquals(
        List.of(
            "wrong "
                + file
                + ": 1 object that it has no more, or wrongly, will stand until there is no error"
                + " in it and it is not empty"),
        heard.next());
    Files.writeString(file, "# nothing\n");
    assertEquals(List.of("gone shop/web"), heard.next());
  }

  @Test
  void directoryThatGoesIsAwayAndTakesNothingAlong() throws Exception {
    Path folder = Files.createDirectories(directory.resolve("deep/folder"));
    Files.writeString(folder.resolve("web.yaml"), service("web", 1));
    watch(folder);
    heard.next();
    Files.move(folder.getParent(), directory.resolve("moved"));
    assertEquals(List.of("away there is no file " + folder), heard.next());
    Files.createDirectories(folder.getParent());
    Path draft = Files.createDirectory(directory.resolve("draft"));
    Files.writeString(draft.resolve("web.yaml"), service("web", 2));
    Files.move(draft, folder);
    assertEquals(List.of("put shop/web [10.200.0.2]", "back"), heard.next());
    Files.writeString(folder.resolve("web.yaml"), service("web", 3));
    assertEquals(List.of("put shop/web [10.200.0.3]"), heard.next());
  }

  @Test
  void nothingIsToldAsAllBeforeEverythingIsThere() throws Exception {
    Path web = write("web.yaml", service("web", 1));
    Path late = directory.resolve("late.yaml");
    watch(web, late);
    assertEquals(List.of("away there is no file " + late), heard.next());
    Files.move(write("draft", service("late", 2)), late);
    assertEquals(List.of("all [shop/late, shop/web]", "back"), heard.next());
  }

  @Test
  void clashesBetweenFilesAreTold() throws Exception {
    Path first = write("1.yaml", service("web", 1));
    Path second = write("2.yaml", service("api", 2));
    watch(directory);
    heard.next();
    Files.writeString(second, service("api", 1));
    assertEquals(
        List.of(
            "wrong "
                + second
                + ", document 1 (line 2), Service shop/api: spec.clusterIP is 10.200.0.1, but"
                + " should differ from that of shop/web",
            "gone shop/api"),
        heard.next());
    Files.delete(first);
    assertEquals(List.of("gone shop/web", "put shop/api [10.200.0.1]"), heard.next());
  }

  @Test
  void changesAreFoundWhereTheSystemTellsNothing() throws Exception {
    Path file = write("web.yaml", service("web", 1));
    ManifestFiles files = new ManifestFiles(List.of(file));
    try (FileEvents deaf = new FileEvents(Optional.empty())) {
      files.look(Set.of(), deaf).forEach(event -> heard.told(List.of(event)));
      assertEquals(List.of("all [shop/web]"), heard.next());
      Files.writeString(file, service("web", 2));
      files.look(Set.of(), deaf).forEach(event -> heard.told(List.of(event)));
      assertEquals(List.of("put shop/web [10.200.0.2]"), heard.next());
    }
  }

  @Test
  void nothingIsToldAfterTheEnd() throws Exception {
    Path file = write("web.yaml", service("web", 1));
    watch(file);
    heard.next();
    source.close();
    Files.writeString(file, service("web", 2));
    Thread.sleep(100);
    assertEquals(List.of(), heard.rest());
  }

  private void watch(Path... paths) {
    watch(Duration.ofMillis(50), paths);
  }

  private void watch(Duration settle, Path... paths) {
    source = new FileSource(List.of(paths), new FileSource.Tempo(settle, Duration.ofSeconds(10)));
    source.start(heard);
  }

  private void version(String folder, String text) throws IOException {
    Files.writeString(Files.createDirectory(directory.resolve(folder)).resolve("web.yaml"), text);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static String service(String name, int number) {
    return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: shop}
        spec: {clusterIP: 10.200.0.%d, ports: [{port: 80}]}
        """
        .formatted(name, number);
  }

  private static String slice(String service, String... addresses) {
    return """
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: %s-1, namespace: shop, labels: {kubernetes.io/service-name: %1$s}}
        addressType: IPv4
        ports: [{port: 8080}]
        endpoints: [{addresses: [%2$s]}]
        """
        .formatted(service, String.join("]}, {addresses: [", addresses));
  }
}
