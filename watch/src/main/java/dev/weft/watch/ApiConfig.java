package dev.weft.watch;

import dev.weft.services.InputException;
import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How an API server is reached. */
final class ApiConfig {
  /** Where a pod finds who it is. */
  static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private ApiConfig() {}

  /**
   * @throws InputException if the file cannot be used
   */
  static Config fromKubeconfig(Path file) {
    if (!Files.isReadable(file)) {
      throw new InputException(
          Files.exists(file) ? file + " cannot be read" : "there is no file " + file);
    }
    io.fabric8.kubernetes.api.model.Config written = parse(file);
    Config config = merge(file, written);
    NamedContext context = config.getCurrentContext();
    if (context == null || context.getContext() == null) {
      throw new InputException(
          file + ": current-context is not one of contexts, but should name the one to use");
    }
    String cluster = context.getContext().getCluster();
    if (written.getClusters() == null
        || written.getClusters().stream().noneMatch(named -> named.getName().equals(cluster))) {
      throw new InputException(
          file
              + ": the cluster of context "
              + context.getName()
              + " is not one of clusters, but should name the one to use");
    }
    if (config.getTlsServerName() != null && !config.getTlsServerName().isEmpty()) {
      throw new InputException(
          file + ": tls-server-name is set, but is not supported; give the server by that name");
    }
    user(written, context.getContext().getUser())
        .map(AuthInfo::getTokenFile)
        .filter(token -> !token.isEmpty())
        .ifPresent(token -> takeToken(config, file.toAbsolutePath().resolveSibling(token)));
    return config;
  }

  private static io.fabric8.kubernetes.api.model.Config parse(Path file) {
    io.fabric8.kubernetes.api.model.Config written;
    try {
      written = KubeConfigUtils.parseConfig(file.toFile());
    } catch (KubernetesClientException e) {
      throw unusable(file, e);
    }
    if (written == null) {
      throw new InputException(file + " is empty, but should be a kubeconfig");
    }
    return written;
  }

  private static Config merge(Path file, io.fabric8.kubernetes.api.model.Config written) {
    Config config = Config.empty();
    try {
      KubeConfigUtils.merge(config, null, written);
    } catch (KubernetesClientException e) {
      throw unusable(file, e);
    }
    return config;
  }

  private static InputException unusable(Path file, Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new InputException(
        file
            + " cannot be used as a kubeconfig: "
            + ApiClient.excerpt(String.valueOf(cause.getMessage())));
  }

  private static Optional<AuthInfo> user(
      io.fabric8.kubernetes.api.model.Config written, String name) {
    List<NamedAuthInfo> users = written.getUsers() == null ? List.of() : written.getUsers();
    return users.stream()
        .filter(user -> user.getName().equals(name) && user.getUser() != null)
        .map(NamedAuthInfo::getUser)
        .findFirst();
  }

  /**
   * @param environment of the process
   * @param account the directory with the pod's token and the authority to trust
   * @throws InputException if there is none
   */
  static Config inCluster(Map<String, String> environment, Path account) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "");
    Path token = account.resolve("token");
    Path authority = account.resolve("ca.crt");
    if (host.isEmpty() || port.isEmpty()) {
      throw new InputException(
          "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set,"
              + " as they are in a pod; give a kubeconfig instead");
    }
    for (Path file : List.of(token, authority)) {
      if (!Files.isReadable(file)) {
        throw new InputException(
            file + " cannot be read; the pod should have a service account, or take a kubeconfig");
      }
    }
    Config config = Config.empty();
    config.setMasterUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    config.setCaCertFile(authority.toString());
    takeToken(config, token);
    return config;
  }

  /** Takes the token from a file for each request: whoever writes it renews it. */
  private static void takeToken(Config config, Path file) {
    config.setOauthTokenProvider(
        () -> {
          try {
            return Files.readString(file).strip();
          } catch (IOException e) {
            return ""; // the server says what it thinks of somebody without one
          }
        });
  }
}
