package doni.command;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import doni.command.FakeService.Ended;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands against a service whose certificate no public authority has signed. */
class PrivateAuthorityTests {

  private static final String PASSWORD = "changeit";

  @TempDir private Path directory;
  private FakeService service;
  private String certificate;

  @BeforeEach
  void start() throws Exception {
    certificate = certificate("service");
    service = FakeService.secured(tls("service"));
    service.answer("{\"hardware\": []}");
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void trustsTheAuthorityThatTheEnvironmentNames() {
    service.environment("OS_CACERT", certificate);

    assertThat(service.run("get")).returns(0, Ended::code);
    assertThat(service.received().getFirst().header("X-Auth-Token")).isEqualTo("t0ken");
  }

  @Test
  void trustsTheAuthorityOfTheCloud() throws Exception {
    Path clouds = directory.resolve("clouds.yaml");
    Files.writeString(
        clouds,
        """
        clouds:
          edge:
            auth: {auth_url: "https://keystone.example.org"}
            cacert: %s
        """
            .formatted(certificate));
    service.environment("OS_CLIENT_CONFIG_FILE", clouds.toString()).environment("OS_CLOUD", "edge");

    assertThat(service.run("get")).returns(0, Ended::code);
  }

  @Test
  void sendsNoTokenToAServiceThatItDoesNotTrust() {
    Ended ended = service.run("get");

    assertThat(ended)
        .returns(
            "doni get: %s has a certificate that this machine does not trust; set OS_CACERT to the certificate of its authority, a PEM file\n"
                .formatted(service.url()),
            Ended::err);
    assertThat(ended.code()).isEqualTo(1);
    assertThat(service.received()).isEmpty();
  }

  @Test
  void refusesACertificateForAnotherHost() {
    String other = service.url().replace("localhost", "127.0.0.1");
    service.environment("OS_CACERT", certificate).environment("DONI_URL", other);

    assertThat(service.run("get").err())
        .isEqualTo(
            "doni get: %s has a certificate for another host; use a name that the certificate lists\n"
                .formatted(other));
    assertThat(service.received()).isEmpty();
  }

  @Test
  void refusesACertificateThatHasExpired() throws Exception {
    service.close();
    String authority = certificate("authority", "-ext", "bc=ca:true");
    String _ = certificate("expired");
    issueExpired();
    service = FakeService.secured(tls("expired"));
    service.environment("OS_CACERT", authority);

    assertThat(service.run("get").err()).contains("has a certificate that is not valid now; renew");
    assertThat(service.received()).isEmpty();
  }

  @Test
  void namesAFileThatItCannotUse() throws Exception {
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");

    assertThat(service.environment("OS_CACERT", "/nonexistent.pem").run("get").err())
        .isEqualTo("doni get: OS_CACERT: '/nonexistent.pem' cannot be read\n");
    assertThat(service.environment("OS_CACERT", empty.toString()).run("get").err())
        .isEqualTo(
            "doni get: OS_CACERT: '%s' has no certificate that can be read; name a PEM file\n"
                .formatted(empty));
  }

  @Test
  void saysSoWhenTheOtherSideSpeaksNoTls() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server = Thread.ofVirtual().start(() -> answerWithoutTls(plain));
      service.environment("DONI_URL", "https://127.0.0.1:" + plain.getLocalPort());

      assertThat(service.run("get").err()).contains("speaks no TLS that this machine accepts");
      server.join();
    }
  }

  private static void answerWithoutTls(ServerSocket plain) {
    try (Socket client = plain.accept()) {
      client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a key and a certificate that it signs itself, and returns the path of its PEM file. */
  private String certificate(String name, String... more) throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(List.of("-genkeypair", "-keyalg", "EC"));
    options.addAll(List.of("-dname", "CN=" + name, "-ext", "san=dns:localhost"));
    options.addAll(List.of(more));
    keytool(name, options);
    Path pem = directory.resolve(name + ".pem");
    keytool(name, List.of("-exportcert", "-rfc", "-file", pem.toString()));
    return pem.toString();
  }

  /** Replaces a certificate by one that the authority signed, for ten days of 2020. */
  private void issueExpired() throws IOException, InterruptedException {
    String request = directory.resolve("request.pem").toString();
    String issued = directory.resolve("issued.pem").toString();
    String authority = directory.resolve("authority.pem").toString();
    keytool("expired", List.of("-certreq", "-file", request));
    keytool(
        "authority",
        List.of(
            "-gencert",
            "-rfc",
            "-infile",
            request,
            "-outfile",
            issued,
            "-ext",
            "san=dns:localhost",
            "-startdate",
            "2020/01/01",
            "-validity",
            "10"));
    keytool("authority", "expired", List.of("-importcert", "-noprompt", "-file", authority));
    keytool("expired", List.of("-importcert", "-file", issued));
  }

  private void keytool(String name, List<String> options) throws IOException, InterruptedException {
    keytool(name, name, options);
  }

  private void keytool(String alias, String store, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(options);
    command.addAll(List.of("-alias", alias, "-keystore", store(store), "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private String store(String name) {
    return directory.resolve(name + ".p12").toString();
  }

  private SSLContext tls(String name) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream stored = Files.newInputStream(Path.of(store(name)))) {
      keys.load(stored, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
