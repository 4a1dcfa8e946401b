package doni.mail;

import doni.enrollment.Secret;
import doni.worker.SettingRules;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the mail to owners, under {@code doni.mail}.
 *
 * @param host the mail server; no mail is sent without one
 * @param port of the mail server
 * @param username account at the mail server
 * @param password of the account
 * @param from address of the sender
 * @param tls {@code starttls} (required), {@code tls} from the first byte, or {@code none}
 * @param caFile certificates of the authorities of the mail server, in PEM; the JDK's by default
 * @param offlineAfter time that a device must be offline before its contact is told
 * @param stuckAfter time without progress on the way to Ready, or with an error, before the contact
 *     is told
 * @param quietPeriod shortest time between two mails about problems, for each address and for each
 *     device
 */
@ConfigurationProperties(prefix = "doni.mail", ignoreUnknownFields = false)
@Validated
record MailProperties(
    @Nullable String host,
    @DefaultValue("587") int port,
    @Nullable String username,
    @Nullable Secret password,
    @Nullable String from,
    @DefaultValue("starttls") TlsMode tls,
    @Nullable Path caFile,
    @DefaultValue("15m") Duration offlineAfter,
    @DefaultValue("1h") Duration stuckAfter,
    @DefaultValue("1h") Duration quietPeriod) {

  private static final SettingRules RULES = new SettingRules("doni.mail.");
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(7);

  /** How the connection to the mail server is encrypted. */
  enum TlsMode {
    /** Required: without an encrypted connection, nothing is sent. */
    STARTTLS,
    TLS,
    NONE
  }

  public MailProperties {
    RULES.require(port > 0 && port < 65_536, "port", port, "1 to 65535");
    duration("offline-after", offlineAfter);
    duration("stuck-after", stuckAfter);
    duration("quiet-period", quietPeriod);
    if (host != null && !host.isBlank()) {
      RULES.require(
          from != null && MailAddress.parse(from).isPresent(),
          "from",
          from,
          "one plain address, for example doni@example.org");
      RULES.require(
          (username == null) == (password == null),
          "password",
          Secret.MASK,
          "username and password together, or neither");
      RULES.require(
          tls != TlsMode.NONE || username == null,
          "tls",
          "none",
          "starttls or tls, because the password would be sent in clear text");
    }
  }

  private static void duration(String name, Duration value) {
    RULES.require(
        value.compareTo(SHORTEST) >= 0 && value.compareTo(LONGEST) <= 0, name, value, "1m to 7d");
  }

  /** Returns whether mail is sent at all. */
  boolean enabled() {
    return host != null && !host.isBlank();
  }

  MailAddress sender() {
    return MailAddress.parse(from == null ? "" : from)
        .orElseThrow(() -> new IllegalStateException("doni.mail.from was not checked"));
  }
}
