package dev.weft.watch;

import io.fabric8.kubernetes.client.Config;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whom to trust when a server shows its certificate: the authorities that a cluster names and
 * nobody else, as kubectl does. fabric8's client would trust those of the web too, and read all of
 * them.
 */
final class Authorities {
  private Authorities() {}

  /**
   * @return nothing if the cluster names none, so that those of the web count
   * @throws GeneralSecurityException if what it names are no certificates
   */
  static Optional<TrustManager[]> of(Config config) throws GeneralSecurityException, IOException {
    byte[] pem;
    if (config.getCaCertData() != null) {
      pem = decode(config.getCaCertData());
    } else if (config.getCaCertFile() != null) {
      pem = Files.readAllBytes(Path.of(config.getCaCertFile()));
    } else {
      return Optional.empty();
    }
    Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    if (certificates.isEmpty()) {
      throw new CertificateException("the certificate authority has no certificate in it");
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    int number = 0;
    for (Certificate certificate : certificates) {
      trusted.setCertificateEntry("authority-" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return Optional.of(factory.getTrustManagers());
  }

  private static byte[] decode(String data) throws CertificateException {
    try {
      return Base64.getMimeDecoder().decode(data);
    } catch (IllegalArgumentException e) {
      throw new CertificateException("certificate-authority-data is not in base 64", e);
    }
  }
}
