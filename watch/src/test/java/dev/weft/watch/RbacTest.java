package dev.weft.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.weft.bench.apiserver.ApiKind;
import dev.weft.bench.apiserver.ApiRequest;
import dev.weft.bench.apiserver.ApiServer;
import dev.weft.json.Json;
import dev.weft.services.Manifest;
import dev.weft.services.Manifests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The role that we ship allows what is asked of an API server, and nothing that is not asked. */
class RbacTest {
  private static final Path FILE =
      Path.of(Objects.requireNonNull(System.getProperty("weft.root")), "dist/files/rbac.yaml");

  /** Something that somebody does. */
  private record Action(String verb, String group, String resource) {}

  private final Manifests manifests = Manifests.read(List.of(FILE));

  @Test
  void roleAllowsWhatIsAskedAndOnlyReading(@TempDir Path directory) throws Exception {
    Set<Action> allowed = allowed();
    Set<Action> asked;
    Heard heard = new Heard();
    try (ApiServer server = new ApiServer();
        ApiServerSource source =
            ApiServerSource.fromKubeconfig(
                Files.writeString(directory.resolve("kubeconfig"), server.kubeconfig()))) {
      source.followNode("here", _ -> {});
      source.start(heard);
      heard.until("all");
      for (int i = 0; i < 1000 && server.watches() < 3; i++) {
        Thread.sleep(10);
      }
      asked = server.requests().stream().map(RbacTest::action).collect(Collectors.toSet());
    }
    assertFalse(asked.isEmpty());
    Set<Action> refused = new HashSet<>(asked);
    refused.removeAll(allowed);
    assertEquals(Set.of(), refused);
    assertEquals(
        Set.of("get", "list", "watch"),
        allowed.stream().map(Action::verb).collect(Collectors.toSet()));
    assertEquals(
        Set.of("services", "endpointslices", "nodes"),
        allowed.stream().map(Action::resource).collect(Collectors.toSet()));
  }

  @Test
  void accountIsBoundToTheRole() {
    Json.Obj binding = object("ClusterRoleBinding");
    assertEquals(name(object("ClusterRole")), word(binding.find("roleRef").orElseThrow(), "name"));
    Json subject = ((Json.Arr) binding.find("subjects").orElseThrow()).elements().getFirst();
    Json.Obj account = object("ServiceAccount");
    assertEquals(name(account), word(subject, "name"));
    assertEquals(
        word(account.find("metadata").orElseThrow(), "namespace"), word(subject, "namespace"));
    assertEquals("ServiceAccount", word(subject, "kind"));
  }

  private static Action action(ApiRequest request) {
    ApiKind kind = request.kind().orElseThrow(() -> new AssertionError(request.toString()));
    return new Action(request.verb(), kind.group(), kind.plural());
  }

  private Set<Action> allowed() {
    Set<Action> allowed = new HashSet<>();
    for (Json rule : list(object("ClusterRole"), "rules")) {
      for (Json group : list(rule, "apiGroups")) {
        for (Json resource : list(rule, "resources")) {
          for (Json verb : list(rule, "verbs")) {
            allowed.add(new Action(text(verb), text(group), text(resource)));
          }
        }
      }
    }
    return allowed;
  }

  private Json.Obj object(String kind) {
    assertEquals(List.of(), manifests.problems());
    return manifests.objects().stream()
        .filter(manifest -> manifest.kind().equals(kind))
        .map(Manifest::object)
        .findFirst()
        .orElseThrow(() -> new AssertionError(FILE + " has no " + kind));
  }

  private static String name(Json.Obj object) {
    return word(object.find("metadata").orElseThrow(), "name");
  }

  private static List<Json> list(Json of, String key) {
    return ((Json.Arr) ((Json.Obj) of).find(key).orElseThrow()).elements();
  }

  private static String word(Json of, String key) {
    return text(((Json.Obj) of).find(key).orElseThrow());
  }

  private static String text(Json value) {
    return ((Json.Str) value).value();
  }
}
