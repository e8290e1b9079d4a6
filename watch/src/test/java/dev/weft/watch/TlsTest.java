package dev.weft.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.bench.apiserver.ApiServer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Server and client show each other who they are, as the kubeconfig says. */
class TlsTest {
  private static final String PASSWORD = "password";

  @TempDir private Path directory;

  /** Somebody with a certificate of his own making. */
  private record Person(PrivateKey key, X509Certificate certificate) {
    String certificateData() throws GeneralSecurityException {
      return data("CERTIFICATE", certificate.getEncoded());
    }

    String keyData() {
      return data("PRIVATE KEY", key.getEncoded());
    }

    private static String data(String kind, byte[] content) {
      String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
      String pem = "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
      return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void bothSidesAreTrustedByTheirCertificates() throws Exception {
    Person host = person("host");
    Person proxy = person("proxy");
    Heard heard = new Heard();
    try (ApiServer server = server(host, proxy);
        ApiServerSource source = source(server, host, proxy)) {
      server.put(Cluster.service("web", "10.0.0.1"));
      source.start(heard);
      assertEquals("all [shop/web]", heard.until("all").getLast());
    }
  }

  @Test
  void serverThatIsNotTrustedIsAway() throws Exception {
    Person host = person("host");
    Person proxy = person("proxy");
    Heard heard = new Heard();
    try (ApiServer server = server(host, proxy);
        ApiServerSource source = source(server, proxy, proxy)) {
      source.start(heard);
      List<String> away = heard.next();
      assertTrue(
          away.getFirst().startsWith("away https://127.0.0.1:")
              && away.getFirst().contains("certification path"),
          away::toString);
    }
  }

  private static ApiServer server(Person host, Person client) throws IOException {
    SslContext tls =
        SslContextBuilder.forServer(host.key(), host.certificate())
            .trustManager(client.certificate())
            .clientAuth(ClientAuth.REQUIRE)
            .build();
    return new ApiServer(pipeline -> pipeline.addLast(tls.newHandler(pipeline.channel().alloc())));
  }

  private ApiServerSource source(ApiServer server, Person trusted, Person client)
      throws IOException, GeneralSecurityException {
    return ApiServerSource.fromKubeconfig(
        Files.writeString(
            directory.resolve("kubeconfig"),
            """
            current-context: c
            contexts: [{name: c, context: {cluster: a, user: u}}]
            clusters:
            - name: a
              cluster: {server: "https://127.0.0.1:%d", certificate-authority-data: %s}
            users:
            - name: u
              user: {client-certificate-data: %s, client-key-data: %s}
            """
                .formatted(
                    server.address().getPort(),
                    trusted.certificateData(),
                    client.certificateData(),
                    client.keyData())));
  }

  private Person person(String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = directory.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, keytool.waitFor(), said);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return new Person(
        (PrivateKey) keys.getKey(name, PASSWORD.toCharArray()),
        (X509Certificate) keys.getCertificate(name));
  }
}
