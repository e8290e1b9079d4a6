package dev.weft.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.services.InputException;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kubeconfigs mean what they mean to kubectl, and what is wrong with one is told by its field. */
class KubeconfigTest {
  private static final String GOOD =
      """
      apiVersion: v1
      kind: Config
      current-context: main
      contexts:
      - {name: other, context: {cluster: none, user: nobody}}
      - {name: main, context: {cluster: here, user: proxy}}
      clusters:
      - name: here
        cluster: {server: "https://10.0.0.1:6443", certificate-authority: pki/ca.crt}
      users:
      - name: proxy
        user: {token: secret}
      """;

  @TempDir private Path directory;

  @Test
  void currentContextCounts() throws IOException {
    Config config = Kubeconfig.config(write(GOOD));
    assertEquals("https://10.0.0.1:6443/", config.getMasterUrl());
    assertEquals(directory.resolve("pki/ca.crt").toString(), config.getCaCertFile());
    assertEquals("secret", config.getAutoOAuthToken());
  }

  @Test
  void certificatesAndPasswordsAreTaken() throws IOException {
    Config config =
        Kubeconfig.config(
            write(
                GOOD.replace(
                        "token: secret",
                        "client-certificate: /c.crt, client-key-data: a2V5, username: u,"
                            + " password: p")
                    .replace(
                        "certificate-authority: pki/ca.crt",
                        "certificate-authority-data: Y2E=, insecure-skip-tls-verify: true")));
    assertEquals("/c.crt", config.getClientCertFile());
    assertEquals("a2V5", config.getClientKeyData());
    assertEquals("u p", config.getUsername() + " " + config.getPassword());
    assertEquals("Y2E=", config.getCaCertData());
    assertTrue(config.isTrustCerts());
  }

  @Test
  void tokenIsReadFromItsFileEachTime() throws IOException {
    Path token = Files.writeString(directory.resolve("token"), "first\n");
    Config config = Kubeconfig.config(write(GOOD.replace("token: secret", "tokenFile: token")));
    assertEquals("first", config.getOauthTokenProvider().getToken());
    Files.writeString(token, "second\n");
    assertEquals("second", config.getOauthTokenProvider().getToken());
    Files.delete(token);
    assertEquals("", config.getOauthTokenProvider().getToken());
  }

  @Test
  void programIsAskedForItsToken() throws IOException {
    String answer =
        "{\\\"apiVersion\\\":\\\"client.authentication.k8s.io/v1\\\","
            + "\\\"kind\\\":\\\"ExecCredential\\\",\\\"status\\\":{\\\"token\\\":\\\"made\\\"}}";
    Config config =
        Kubeconfig.config(
            write(
                GOOD.replace(
                    "token: secret",
                    "exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, args: [\""
                        + answer
                        + "\"]}")));
    assertEquals("https://10.0.0.1:6443/", config.getMasterUrl());
    assertEquals("made", config.getAutoOAuthToken());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "current-context: main| |current-context is missing, but should name one of contexts",
        "current-context: main|current-context: mine|current-context is \"mine\", but contexts has"
            + " none of this name",
        "cluster: here|cluster: there|contexts[1].context.cluster is \"there\", but clusters has"
            + " none of this name",
        "user: proxy|user: me|contexts[1].context.user is \"me\", but users has none of this name",
        "user: {token: secret}|user: secret|users[0].user should be an object",
        "token: secret|token: 7|users[0].user.token should be a string",
        "\"https://10.0.0.1:6443\"|10.0.0.1|clusters[0].cluster.server should begin with https://"
            + " or http://",
        "certificate-authority: pki/ca.crt|insecure-skip-tls-verify: 1"
            + "|clusters[0].cluster.insecure-skip-tls-verify should be true or false",
        "certificate-authority: pki/ca.crt|tls-server-name: x"
            + "|clusters[0].cluster.tls-server-name is not supported: server should have that name"
            + " itself",
      })
  void wrongFieldIsNamed(String from, String to, String message) throws IOException {
    Path file = write(GOOD.replace(from, to == null ? "" : to));
    assertRefused(file, file + ": " + message);
  }

  @Test
  void whatIsNoKubeconfigIsRefused() throws IOException {
    Path absent = directory.resolve("absent");
    assertRefused(absent, "there is no file " + absent);
    Path list = write("[]");
    assertRefused(list, list + " is a list, but should be one object");
    assertUnusable(GOOD); // there is no pki/ca.crt
    String certificate = "certificate-authority: pki/ca.crt";
    assertUnusable(GOOD.replace(certificate, "certificate-authority-data: bm8="));
    assertUnusable(
        GOOD.replace(certificate, "insecure-skip-tls-verify: true")
            .replace("token: secret", "client-certificate-data: bm8=, client-key-data: bm8="));
  }

  private void assertUnusable(String text) throws IOException {
    Path file = write(text);
    InputException refused =
        assertThrows(InputException.class, () -> ApiServerSource.fromKubeconfig(file));
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith(file + " cannot be used: "),
        refused::toString);
  }

  @Test
  void podHasAServiceAccount() throws IOException {
    Map<String, String> environment =
        Map.of("KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "443");
    assertThrows(
        InputException.class, () -> ServiceAccount.config(Map.of(), directory), "no variables");
    assertThrows(
        InputException.class, () -> ServiceAccount.config(environment, directory), "no files");
    Files.writeString(directory.resolve("token"), "mine\n");
    Files.writeString(directory.resolve("ca.crt"), "");
    Config config = ServiceAccount.config(environment, directory);
    assertEquals("https://[fd00::1]:443/", config.getMasterUrl());
    assertEquals("mine", config.getOauthTokenProvider().getToken());
  }

  private static void assertRefused(Path file, String message) {
    InputException refused =
        assertThrows(InputException.class, () -> ApiServerSource.fromKubeconfig(file));
    assertEquals(message, refused.getMessage());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("kubeconfig"), text);
  }
}
