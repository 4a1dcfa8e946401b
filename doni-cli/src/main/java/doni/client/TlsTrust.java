package doni.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.util.Collection;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Which certificates a command trusts: those of the JDK, or those in the file that {@code
 * OS_CACERT} or {@code cacert} in {@code clouds.yaml} names, and then no others, as in the {@code
 * openstack} client.
 *
 * @param file path of a PEM file; empty for the certificates of the JDK
 */
record TlsTrust(String file) {

  private static final String NEXT_STEP =
      "set OS_CACERT to the certificate of its authority, a PEM file";

  static TlsTrust of(Map<String, String> environment) {
    return new TlsTrust(environment.getOrDefault("OS_CACERT", ""));
  }

  /**
   * Returns what makes connections.
   *
   * @throws CommandFailedException if the file cannot be read or has no certificate
   */
  SSLSocketFactory sockets() {
    if (file.isEmpty()) {
      return (SSLSocketFactory) SSLSocketFactory.getDefault();
    }
    try (InputStream pem = Files.newInputStream(Path.of(file))) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(pem);
      if (certificates.isEmpty()) {
        throw new CertificateException("no certificate");
      }
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate certificate : certificates) {
        trusted.setCertificateEntry("ca-" + trusted.size(), certificate);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException e) {
      throw new CommandFailedException("OS_CACERT: '" + file + "' cannot be read", false);
    } catch (GeneralSecurityException e) {
      throw new CommandFailedException(
          "OS_CACERT: '" + file + "' has no certificate that can be read; name a PEM file", false);
    }
  }

  /** Describes why no connection could be trusted, with the next step. */
  static CommandFailedException refused(Object server, IOException failure) {
    String reason = "speaks no TLS that this machine accepts; check the URL";
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException
          || cause instanceof CertificateNotYetValidException) {
        reason = "has a certificate that is not valid now; renew it, or check this machine's clock";
        break;
      }
      if (cause instanceof CertPathBuilderException
          || cause instanceof CertPathValidatorException) {
        reason = "has a certificate that this machine does not trust; " + NEXT_STEP;
      } else if (cause.getClass() == CertificateException.class) {
        reason = "has a certificate for another host; use a name that the certificate lists";
      }
    }
    return new CommandFailedException(server + " " + reason, false);
  }
}
