package doni.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.mail.MailProperties.TlsMode;
import doni.mail.MailServer.MailResult;
import doni.mail.MailServer.OwnerMail;
import doni.mail.TestMailServer.Received;
import doni.worker.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Over real SMTP connections, with TLS and logins. */
class MailServerIT {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-29T19:00:00Z"), ZoneOffset.UTC);
  private static final MailAddress OWNER = MailAddress.parse("owner@example.org").orElseThrow();
  private static final OwnerMail MAIL = new OwnerMail("Doni: edge-1 is back", "Ready.\n");

  @ParameterizedTest
  @EnumSource(TlsMode.class)
  void deliversPlainTextWithAndWithoutTls(TlsMode tls) {
    try (TestMailServer server = new TestMailServer(tls, "localhost")) {
      assertThat(new MailServer(server.settings(), CLOCK).send(OWNER, MAIL))
          .isEqualTo(new MailResult.Sent());

      Received mail = server.received().getFirst();
      assertThat(mail.envelopeFrom()).isEqualTo("doni@site.example.org");
      assertThat(mail.envelopeTo()).isEqualTo("owner@example.org");
      assertThat(mail.subject()).isEqualTo("Doni: edge-1 is back");
      assertThat(mail.text()).isEqualTo("Ready.\n");
      assertThat(mail.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");
      assertThat(mail.header("Auto-Submitted")).isEqualTo("auto-generated");
      assertThat(mail.header("Message-ID")).matches("<[0-9a-f-]{36}@site\\.example\\.org>");
    }
  }

  @Test
  void sendsNothingToAServerWithoutStartTls() {
    try (TestMailServer plain = new TestMailServer()) {
      MailResult result =
          new MailServer(plain.settings(TlsMode.STARTTLS, null, null), CLOCK).send(OWNER, MAIL);

      assertThat(result)
          .isEqualTo(
              new MailResult.ServerFailed(
                  "STARTTLS is required but host does not support STARTTLS"));
      assertThat(plain.received()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TlsMode.class,
      names = {"STARTTLS", "TLS"})
  void sendsNothingToAServerThatItDoesNotTrust(TlsMode tls) {
    try (TestMailServer unknown = new TestMailServer(tls, "localhost");
        TestMailServer misnamed = new TestMailServer(tls, "other.example.org")) {
      MailResult untrusted =
          new MailServer(unknown.settings(tls, TestMailServer.PASSWORD, null), CLOCK)
              .send(OWNER, MAIL);
      MailResult wrongName = new MailServer(misnamed.settings(), CLOCK).send(OWNER, MAIL);

      assertThat(List.of(untrusted, wrongName)).allMatch(MailResult.ServerFailed.class::isInstance);
      assertThat(untrusted.toString()).contains("unable to find valid certification path");
      assertThat(wrongName.toString()).contains("localhost");
      assertThat(unknown.received()).isEmpty();
      assertThat(misnamed.received()).isEmpty();
    }
  }

  @Test
  void aRefusedLoginIsOfTheServerAndQuotesNoPassword() {
    try (TestMailServer server = new TestMailServer(TlsMode.STARTTLS, "localhost")) {
      MailResult result =
          new MailServer(
                  server.settings(TlsMode.STARTTLS, "wrong-passw0rd", TestMailServer.authority()),
                  CLOCK)
              .send(OWNER, MAIL);

      assertThat(result).isInstanceOf(MailResult.ServerFailed.class);
      assertThat(result.toString())
          .contains("the login was refused 535")
          .doesNotContain("wrong-passw0rd");
    }
  }

  @ParameterizedTest
  @CsvSource({"550, PT24H", "450, PT10M"})
  void aRefusedRecipientIsLeftAlone(int code, Duration pause) {
    try (TestMailServer server = new TestMailServer()) {
      server.refusesRecipient("owner@example.org", code, "<Owner@Example.org> unknown here");

      MailResult result = new MailServer(server.settings(), CLOCK).send(OWNER, MAIL);

      assertThat(result)
          .isInstanceOfSatisfying(
              MailResult.MailRefused.class,
              refused -> {
                assertThat(refused.pause()).isEqualTo(pause);
                assertThat(refused.reason())
                    .contains(code + " <(address)> unknown here")
                    .doesNotContain("xample.org");
              });
    }
  }

  @ParameterizedTest
  @CsvSource({"421, too busy", "451, try later", "550, sender not allowed"})
  void aRefusedSenderIsOfTheServer(int code, String text) {
    try (TestMailServer server = new TestMailServer()) {
      server.refuses(code, text);

      MailResult result = new MailServer(server.settings(), CLOCK).send(OWNER, MAIL);

      assertThat(result)
          .isInstanceOfSatisfying(
              MailResult.ServerFailed.class,
              failed -> assertThat(failed.reason()).contains(code + " " + text));
    }
  }

  @Test
  void anUnreachableServerIsNamed() {
    TestMailServer server = new TestMailServer();
    MailProperties settings = server.settings();
    server.close();

    assertThat(new MailServer(settings, CLOCK).send(OWNER, MAIL).toString())
        .contains("Couldn't connect to host, port: localhost, " + settings.port());
  }

  @Test
  void aFileThatIsNoCertificateIsRefused(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("ca.pem"), "no certificate");
    try (TestMailServer server = new TestMailServer()) {
      MailProperties settings = server.settings(TlsMode.STARTTLS, null, file);

      assertThatThrownBy(() -> new MailServer(settings, CLOCK))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "doni.mail.ca-file is '%s'; allowed: a file with certificates in PEM"
                  .formatted(file));
    }
  }

  @Test
  void theDoctorLogsInAndSendsNothing() {
    try (TestMailServer server = new TestMailServer(TlsMode.STARTTLS, "localhost")) {
      assertThat(doctor(server, TestMailServer.PASSWORD))
          .containsExactly(
              new Finding.Ok("localhost:" + server.settings().port() + " accepts the login"));
      assertThat(doctor(server, "wrong").getFirst())
          .isInstanceOfSatisfying(
              Finding.Problem.class,
              problem -> {
                assertThat(problem.found()).contains("the login was refused 535");
                assertThat(problem.advice())
                    .isEqualTo("correct doni.mail.username and doni.mail.password");
              });
      assertThat(server.received()).isEmpty();
    }
    assertThat(MailServerCheck.check(new StandardEnvironment(), CLOCK))
        .containsExactly(new Finding.Skipped("doni.mail.host is not set; no mail is sent"));
  }

  private static List<Finding> doctor(TestMailServer server, String password) {
    Map<String, Object> settings =
        new HashMap<>(
            Map.of(
                "doni.mail.host",
                "localhost",
                "doni.mail.port",
                server.settings().port(),
                "doni.mail.username",
                TestMailServer.USER,
                "doni.mail.password",
                password,
                "doni.mail.from",
                "doni@site.example.org",
                "doni.mail.ca-file",
                TestMailServer.authority().toString()));
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("settings", settings));
    return MailServerCheck.check(environment, CLOCK);
  }
}
