package dev.weft.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attachments are remembered in the files that the reference library reads and writes. */
class ResultCacheTest {
  /** As the reference library wrote it, keys and all. */
  private static final String REFERENCE =
      """
      {"kind":"cniCacheV1","containerId":"c1","config":"eyJuYW1lIjoiYmx1ZSJ9","ifName":"eth0",\
      "networkName":"blue","netns":"/run/netns/blue","cniArgs":[["IgnoreUnknown","1"],\
      ["K8S_POD_NAME","web-0"]],"capabilityArgs":{"mac":"02:00:00:00:00:01"},\
      "result":{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.5/16"}]}}""";

  private static final Attachment C1 = new Attachment("c1", "eth0");

  @TempDir Path directory;

  @Test
  void whatTheReferenceWroteIsRead() throws IOException {
    write("blue-c1-eth0", REFERENCE);
    assertEquals(Optional.of(attachment("blue", C1)), cache().find("blue", C1));
  }

  @Test
  void whatIsWrittenIsWhatTheReferenceWrites() throws IOException {
    cache().put(attachment("blue", C1));
    assertEquals(REFERENCE, Files.readString(directory.resolve("results/blue-c1-eth0")));
  }

  @Test
  void emptyFieldsAreLeftOut() throws IOException {
    cache()
        .put(
            new CachedAttachment(
                "blue",
                new Endpoint(C1, "", Map.of(), Json.Obj.EMPTY),
                json("{\"name\":\"blue\"}"),
                Json.Obj.EMPTY));
    assertEquals(
        "{\"kind\":\"cniCacheV1\",\"containerId\":\"c1\",\"config\":\"eyJuYW1lIjoiYmx1ZSJ9\","
            + "\"ifName\":\"eth0\",\"networkName\":\"blue\",\"result\":{}}",
        Files.readString(directory.resolve("results/blue-c1-eth0")));
  }

  @Test
  void filesAreForTheirOwnerOnlyAndNothingElseStays() throws IOException {
    cache().put(attachment("blue", C1));
    cache().put(attachment("blue", C1));
    Path results = directory.resolve("results");
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(results)));
    try (var files = Files.list(results)) {
      List<Path> all = files.toList();
      assertEquals(List.of(results.resolve("blue-c1-eth0")), all);
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(all.getFirst())));
    }
  }

  @Test
  void removedAttachmentIsForgottenAndMayBeRemovedAgain() {
    cache().put(attachment("blue", C1));
    cache().remove("blue", C1);
    cache().remove("blue", C1);
    assertEquals(Optional.empty(), cache().find("blue", C1));
  }

  @Test
  void namesThatShareAFileAreKeptApart() {
    cache().put(attachment("a", new Attachment("b-c", "eth0")));
    assertEquals(Optional.empty(), cache().find("a-b", new Attachment("c", "eth0")));
    cache().remove("a-b", new Attachment("c", "eth0"));
    assertEquals(1, cache().attachments("a").size());
  }

  @Test
  void attachmentsAreThoseOfOneNetwork() throws IOException {
    assertEquals(List.of(), cache().attachments("blue"));
    cache().put(attachment("blue", C1));
    cache().put(attachment("blue", new Attachment("c2", "net1")));
    cache().put(attachment("blue-green", C1));
    write("blue-c3-eth0", "{");
    write("blue-c4-eth0", "{\"kind\": \"cniCacheV9\", \"networkName\": \"blue\"}");
    assertEquals(
        List.of(attachment("blue", C1), attachment("blue", new Attachment("c2", "net1"))),
        cache().attachments("blue"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"kind\": \"cniCacheV1\"}",
        "{\"kind\": \"cniCacheV1\", \"config\": \"?\", \"containerId\": 1}",
        "{\"ips\": []}"
      })
  void fileOfAnotherKindIsNotThere(String text) throws IOException {
    write("blue-c1-eth0", text);
    assertEquals(Optional.empty(), cache().find("blue", C1));
  }

  @Test
  void nameThatLeadsOutOfTheDirectoryIsRefused() {
    assertThrows(CniException.class, () -> cache().find("../../etc", C1));
    assertThrows(CniException.class, () -> cache().put(attachment("a/b", C1)));
  }

  private ResultCache cache() {
    return new ResultCache(directory);
  }

  private void write(String name, String text) throws IOException {
    Files.createDirectories(directory.resolve("results"));
    Files.writeString(directory.resolve("results").resolve(name), text);
  }

  private static CachedAttachment attachment(String network, Attachment attachment) {
    Map<String, String> args = new LinkedHashMap<>();
    args.put("IgnoreUnknown", "1");
    args.put("K8S_POD_NAME", "web-0");
    return new CachedAttachment(
        network,
        new Endpoint(attachment, "/run/netns/blue", args, json("{\"mac\":\"02:00:00:00:00:01\"}")),
        json("{\"name\":\"blue\"}"),
        json("{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.1.0.5/16\"}]}"));
  }

  private static Json.Obj json(String text) {
    return JsonText.readObject(text.getBytes(StandardCharsets.UTF_8), "the text");
  }
}
