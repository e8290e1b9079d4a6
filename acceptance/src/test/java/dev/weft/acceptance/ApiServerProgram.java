package dev.weft.acceptance;

import dev.weft.bench.apiserver.ApiKind;
import dev.weft.bench.apiserver.ApiServer;
import dev.weft.services.Manifests;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An API server as a program of its own, so that it can be in another network namespace. It writes
 * a kubeconfig where its argument says, and then does what each line of its input says, and says
 * {@code done}: {@code apply FILE}, {@code delete-service NAMESPACE NAME}, {@code down}, {@code
 * up}.
 */
final class ApiServerProgram {
  private ApiServerProgram() {}

  public static void main(String[] arguments) throws IOException {
    try (ApiServer server = new ApiServer();
        BufferedReader orders =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      Files.writeString(Path.of(arguments[0]), server.kubeconfig());
      System.out.println("done");
      for (String order = orders.readLine(); order != null; order = orders.readLine()) {
        obey(server, order.split(" ", -1));
        System.out.println("done");
      }
    }
  }

  private static void obey(ApiServer server, String[] order) {
    switch (order[0]) {
      case "apply" ->
          Manifests.read(List.of(Path.of(order[1])))
              .objects()
              .forEach(manifest -> server.put(manifest.object()));
      case "delete-service" -> server.delete(ApiKind.SERVICE, order[1], order[2]);
      case "down" -> server.goDown();
      case "up" -> server.comeUp();
      default -> throw new IllegalArgumentException(String.join(" ", order));
    }
  }
}
