package dev.weft.watch;

import dev.weft.services.InputException;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** How a pod reaches the API server of its cluster. */
final class ServiceAccount {
  /** Where a pod finds who it is. */
  static final Path DIRECTORY = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private ServiceAccount() {}

  /**
   * @param environment of the process
   * @param account the directory with the pod's token and the authority to trust
   * @throws InputException if there is none
   */
  static Config config(Map<String, String> environment, Path account) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "");
    if (host.isEmpty() || port.isEmpty()) {
      throw new InputException(
          "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set, but should be, as they"
              + " are in a pod; elsewhere a kubeconfig is needed");
    }
    Path token = account.resolve("token");
    Path authority = account.resolve("ca.crt");
    for (Path file : List.of(token, authority)) {
      if (!Files.isReadable(file)) {
        throw new InputException(
            file + " cannot be read, but should come from the service account of the pod");
      }
    }
    Config config = Config.empty();
    config.setMasterUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    config.setCaCertFile(authority.toString());
    takeToken(config, token);
    return config;
  }

  /** Takes the token from a file at each request, since whoever writes it renews it. */
  static void takeToken(Config config, Path file) {
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
