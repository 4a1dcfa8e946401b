package doni.simulator.http;

import static doni.simulator.http.DerWriter.ascii;
import static doni.simulator.http.DerWriter.bits;
import static doni.simulator.http.DerWriter.bool;
import static doni.simulator.http.DerWriter.integer;
import static doni.simulator.http.DerWriter.octets;
import static doni.simulator.http.DerWriter.oid;
import static doni.simulator.http.DerWriter.sequence;
import static doni.simulator.http.DerWriter.set;
import static doni.simulator.http.DerWriter.tagged;
import static doni.simulator.http.DerWriter.text;
import static doni.simulator.http.DerWriter.time;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A certificate authority with a key of its own, whose certificates are valid for a year. */
public final class CertificateAuthority {

  /** A certificate and its key, as PEM. */
  public record IssuedCertificate(String certificate, String key) {}

  private record Signed(Certificate certificate, KeyPair keys) {}

  private static final Duration LIFETIME = Duration.ofDays(365);
  private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final char[] NO_PASSWORD = {};

  private final String name;
  private final Signed root;

  public CertificateAuthority(String name) {
    this.name = name;
    KeyPair keys = newKeys();
    this.root = new Signed(sign(name, keys, keys, authority()), keys);
  }

  private CertificateAuthority(String name, Signed root) {
    this.name = name;
    this.root = root;
  }

  /** Returns an authority whose own certificate this one has signed. */
  public CertificateAuthority intermediate(String subject) {
    return new CertificateAuthority(subject, issue(subject, authority()));
  }

  private static byte[] authority() {
    return extension("2.5.29.19", true, sequence(bool(true)));
  }

  /** Returns the authority's own certificate as PEM. */
  public String certificate() {
    return pem("CERTIFICATE", encoded(root.certificate()));
  }

  /** Returns what a server with a certificate for these DNS names and IP addresses needs. */
  public SSLContext server(String... names) {
    byte[][] alternatives = new byte[names.length][];
    for (int i = 0; i < names.length; i++) {
      alternatives[i] = alternative(names[i]);
    }
    return context(issue(names[0], extension("2.5.29.17", false, sequence(alternatives))));
  }

  /** Returns what a client needs that trusts this authority alone. */
  public SSLContext client() {
    return context(null);
  }

  /** Issues the certificate of a client. */
  public IssuedCertificate issue(String commonName) {
    Signed issued = issue(commonName, new byte[0]);
    return new IssuedCertificate(
        pem("CERTIFICATE", encoded(issued.certificate())),
        pem("PRIVATE KEY", issued.keys().getPrivate().getEncoded()));
  }

  private Signed issue(String commonName, byte[] extension) {
    KeyPair keys = newKeys();
    return new Signed(sign(commonName, keys, root.keys(), extension), keys);
  }

  private Certificate sign(String subject, KeyPair keys, KeyPair signer, byte[] extension) {
    Instant now = Instant.now();
    byte[] algorithm = sequence(oid(ECDSA_WITH_SHA256));
    byte[] content =
        sequence(
            tagged(0xa0, integer(BigInteger.TWO)),
            integer(new BigInteger(120, RANDOM)),
            algorithm,
            distinguished(name),
            sequence(time(now.minus(Duration.ofHours(1))), time(now.plus(LIFETIME))),
            distinguished(subject),
            keys.getPublic().getEncoded(),
            extension.length == 0 ? extension : tagged(0xa3, sequence(extension)));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(signer.getPrivate());
      signature.update(content);
      byte[] certificate = sequence(content, algorithm, bits(signature.sign()));
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(certificate));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private SSLContext context(@Nullable Signed own) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("authority", root.certificate());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      KeyStore owned = KeyStore.getInstance("PKCS12");
      owned.load(null, null);
      if (own != null) {
        Certificate[] chain = {own.certificate(), root.certificate()};
        owned.setKeyEntry("own", own.keys().getPrivate(), NO_PASSWORD, chain);
      }
      keys.init(owned, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] distinguished(String commonName) {
    return sequence(set(sequence(oid("2.5.4.3"), text(commonName))));
  }

  private static byte[] extension(String oid, boolean critical, byte[] value) {
    return critical
        ? sequence(oid(oid), bool(true), octets(value))
        : sequence(oid(oid), octets(value));
  }

  /** Returns a subject alternative name: an IP address where the text is one. */
  private static byte[] alternative(String name) {
    try {
      return name.matches("[0-9.]+|.*:.*")
          ? tagged(0x87, InetAddress.getByName(name).getAddress())
          : ascii(0x82, name);
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] encoded(Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String type, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %1$s-----\n"
        .formatted(
            type, Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content));
  }
}
