package dev.weft.watch;

import dev.weft.json.Json;
import dev.weft.services.InputException;
import dev.weft.services.Manifests;
import io.fabric8.kubernetes.api.model.AuthInfoBuilder;
import io.fabric8.kubernetes.api.model.ClusterBuilder;
import io.fabric8.kubernetes.api.model.ConfigBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A kubeconfig: the cluster and the user of its current context.
 *
 * <p>It is read here, for fabric8's client takes half a second to do it. Users whose credentials a
 * program has, or another service, are left to that client, which asks for them anew.
 *
 * @see <a href="https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/">kubeconfig (v1)</a>
 */
final class Kubeconfig {
  private static final int MAX_BYTES = 1 << 20;
  private static final String CONTEXT = "current-context";

  private final Path file;
  private final Json.Obj root;

  private Kubeconfig(Path file, Json.Obj root) {
    this.file = file;
    this.root = root;
  }

  /**
   * @throws InputException if the file cannot be used
   */
  static Config config(Path file) {
    return new Kubeconfig(file, Manifests.single(file, MAX_BYTES)).config();
  }

  /**
   * A part of it.
   *
   * @param path how errors name it
   */
  private record Part(String path, Json.Obj object) {
    String path(String key) {
      return path.isEmpty() ? key : path + "." + key;
    }

    boolean has(String key) {
      return object.fields().get(key) instanceof Json.Obj;
    }
  }

  private Config config() {
    Part top = new Part("", root);
    String contextName = needed(top, CONTEXT, "should name one of contexts");
    Part context = named("contexts", "context", contextName, CONTEXT);
    String clusterName = needed(context, "cluster", "should name one of clusters");
    Part cluster = named("clusters", "cluster", clusterName, context.path("cluster"));
    String userName = text(context, "user").orElse("");
    Part user =
        userName.isEmpty()
            ? new Part("users", Json.Obj.EMPTY)
            : named("users", "user", userName, context.path("user"));
    String server = needed(cluster, "server", "should be where the API server is");
    if (!server.startsWith("https://") && !server.startsWith("http://")) {
      throw refused(cluster, "server", "should begin with https:// or http://");
    }
    if (text(cluster, "tls-server-name").isPresent()) {
      throw refused(
          cluster, "tls-server-name", "is not supported: server should have that name itself");
    }
    try {
      return user.has("exec") || user.has("auth-provider")
          ? byClient()
          : byHand(contextName, cluster, user);
    } catch (KubernetesClientException e) {
      throw unusable(file, e);
    }
  }

  /** The sentence for what the client says of a file. */
  static InputException unusable(Path file, KubernetesClientException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new InputException(
        file + " cannot be used: " + ApiClient.excerpt(String.valueOf(cause.getMessage())));
  }

  private Config byClient() {
    Config config = Config.empty();
    KubeConfigUtils.merge(config, null, KubeConfigUtils.parseConfig(file.toFile()));
    return config;
  }

  private Config byHand(String name, Part cluster, Part user) {
    ClusterBuilder clusters =
        new ClusterBuilder()
            .withServer(text(cluster, "server").orElse(null))
            .withCertificateAuthority(path(cluster, "certificate-authority"))
            .withCertificateAuthorityData(text(cluster, "certificate-authority-data").orElse(null))
            .withProxyUrl(text(cluster, "proxy-url").orElse(null));
    if (isSet(cluster, "insecure-skip-tls-verify")) {
      clusters.withInsecureSkipTlsVerify(true);
    }
    AuthInfoBuilder users =
        new AuthInfoBuilder()
            .withClientCertificate(path(user, "client-certificate"))
            .withClientCertificateData(text(user, "client-certificate-data").orElse(null))
            .withClientKey(path(user, "client-key"))
            .withClientKeyData(text(user, "client-key-data").orElse(null))
            .withUsername(text(user, "username").orElse(null))
            .withPassword(text(user, "password").orElse(null))
            .withToken(text(user, "token").orElse(null));
    Config config = Config.empty();
    KubeConfigUtils.merge(
        config,
        null,
        new ConfigBuilder()
            .withCurrentContext(name)
            .addNewContext()
            .withName(name)
            .withNewContext()
            .withCluster(name)
            .withUser(name)
            .endContext()
            .endContext()
            .addNewCluster()
            .withName(name)
            .withCluster(clusters.build())
            .endCluster()
            .addNewUser()
            .withName(name)
            .withUser(users.build())
            .endUser()
            .build());
    // A file counts more than the token that was there when somebody wrote this down.
    Optional.ofNullable(path(user, "tokenFile"))
        .ifPresent(token -> ServiceAccount.takeToken(config, Path.of(token)));
    return config;
  }

  /** The part of this name in a list of named ones. */
  private Part named(String list, String key, String name, String reference) {
    if (root.fields().get(list) instanceof Json.Arr(var elements)) {
      for (int i = 0; i < elements.size(); i++) {
        if (elements.get(i) instanceof Json.Obj element
            && element.fields().get("name") instanceof Json.Str(String found)
            && found.equals(name)) {
          Part part = new Part(list + "[" + i + "]", element);
          if (element.fields().get(key) instanceof Json.Obj object) {
            return new Part(part.path(key), object);
          }
          throw refused(part, key, "should be an object");
        }
      }
    }
    throw new InputException(
        file + ": " + reference + " is \"" + name + "\", but " + list + " has none of this name");
  }

  private String needed(Part part, String key, String should) {
    return text(part, key).orElseThrow(() -> refused(part, key, should));
  }

  /** A text; nothing if it is not there or empty. Errors do not show it: it may be secret. */
  private Optional<String> text(Part part, String key) {
    return switch (part.object().fields().get(key)) {
      case null -> Optional.empty();
      case Json.Null _ -> Optional.empty();
      case Json.Str(String text) -> text.isEmpty() ? Optional.empty() : Optional.of(text);
      default -> throw refused(part, key, "should be a string");
    };
  }

  /** A path, from the file's own directory on. */
  private @Nullable String path(Part part, String key) {
    return text(part, key)
        .map(path -> file.toAbsolutePath().resolveSibling(path).toString())
        .orElse(null);
  }

  private boolean isSet(Part part, String key) {
    return switch (part.object().fields().get(key)) {
      case null -> false;
      case Json.Null _ -> false;
      case Json.Bool(boolean truth) -> truth;
      default -> throw refused(part, key, "should be true or false");
    };
  }

  private InputException refused(Part part, String key, String should) {
    boolean present = part.object().fields().get(key) != null;
    return new InputException(
        file + ": " + part.path(key) + (present ? " " : " is missing, but ") + should);
  }
}
