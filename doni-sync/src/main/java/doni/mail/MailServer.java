package doni.mail;

import doni.mail.MailProperties.TlsMode;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mail server of the settings, over SMTP. */
final class MailServer {

  private static final Logger LOG = LoggerFactory.getLogger(MailServer.class);
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Of each read and write. */
  private static final Duration EXCHANGE = Duration.ofSeconds(20);

  /** A recipient that is refused for the time being, for example by greylisting. */
  private static final Duration SOON = Duration.ofMinutes(10);

  private static final Duration LATER = Duration.ofDays(1);

  private static final int LONGEST_REASON = 200;
  private static final int LONGEST_CHAIN = 20;

  private final MailProperties settings;
  private final Session session;
  private final Clock clock;

  /**
   * @throws IllegalArgumentException when the file with the authorities cannot be used
   */
  MailServer(MailProperties settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.session = Session.getInstance(properties(settings));
  }

  /** The result of sending a message. */
  sealed interface MailResult {

    /** The server took the message. */
    record Sent() implements MailResult {}

    /**
     * The server refused this recipient or this message.
     *
     * @param pause how long to leave the recipient alone
     */
    record MailRefused(String reason, Duration pause) implements MailResult {}

    /** The server is not reachable, or refuses us. */
    record ServerFailed(String reason) implements MailResult {}
  }

  /** A message in plain text. Its subject is one line. */
  record OwnerMail(String subject, String text) {}

  MailResult send(MailAddress recipient, OwnerMail mail) {
    try {
      Transport transport = connected();
      try {
        InternetAddress to = new InternetAddress(recipient.text(), true);
        transport.sendMessage(message(to, mail), new Address[] {to});
        return new MailResult.Sent();
      } finally {
        close(transport);
      }
    } catch (MessagingException e) {
      return failed(e, recipient);
    }
  }

  /**
   * Connects and logs in, and sends nothing.
   *
   * @throws MessagingException if the server does not let us send
   */
  void verify() throws MessagingException {
    close(connected());
  }

  /** A message that was taken is sent, however the connection ends. */
  private static void close(Transport transport) {
    try {
      transport.close();
    } catch (MessagingException e) {
      LOG.debug("A connection to the mail server ended with an error", e);
    }
  }

  private Transport connected() throws MessagingException {
    Transport transport = session.getTransport("smtp");
    transport.connect(
        settings.host(),
        settings.port(),
        settings.username(),
        settings.password() == null ? null : settings.password().value());
    return transport;
  }

  private MimeMessage message(InternetAddress to, OwnerMail mail) throws MessagingException {
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress(settings.sender().text(), true));
    message.setRecipient(Message.RecipientType.TO, to);
    message.setSubject(mail.subject(), StandardCharsets.UTF_8.name());
    message.setText(mail.text(), StandardCharsets.UTF_8.name());
    message.setSentDate(Date.from(clock.instant()));
    // RFC 3834: nothing that answers by itself answers this.
    message.setHeader("Auto-Submitted", "auto-generated");
    message.saveChanges();
    // The default names the user and the host of the process.
    message.setHeader(
        "Message-ID", "<%s@%s>".formatted(UUID.randomUUID(), settings.sender().domain()));
    return message;
  }

  private static MailResult failed(MessagingException e, MailAddress recipient) {
    String reason = reason(e, recipient.text());
    return chain(e)
        .map(MailServer::refusal)
        .filter(code -> code > 0)
        .findFirst()
        .<MailResult>map(code -> new MailResult.MailRefused(reason, code < 500 ? SOON : LATER))
        .orElseGet(() -> new MailResult.ServerFailed(reason));
  }

  /**
   * Returns the status that refused the recipient or the message; 0 where the server refused us:
   * the sender, or everything for now (421).
   */
  private static int refusal(Throwable e) {
    int code =
        switch (e) {
          case SMTPAddressFailedException address -> address.getReturnCode();
          case SMTPSendFailedException message when !ofTheSender(message) ->
              message.getReturnCode();
          default -> 0;
        };
    return code == 421 ? 0 : code;
  }

  private static boolean ofTheSender(SMTPSendFailedException e) {
    return e.getCommand() != null && e.getCommand().startsWith("MAIL");
  }

  /** Returns what went wrong on one line; the address of an owner stays out of the log. */
  static String reason(MessagingException e, String address) {
    Throwable deepest = chain(e).reduce((_, last) -> last).orElse(e);
    String text =
        chain(e)
            .filter(it -> it instanceof AuthenticationFailedException)
            .map(it -> "the login was refused " + it.getMessage())
            .findFirst()
            .orElseGet(
                () -> e.getMessage() + (deepest.equals(e) ? "" : ": " + deepest.getMessage()));
    String line =
        text.replaceAll("(?i)" + Pattern.quote(address), "(address)")
            .replaceAll("[\\s\\p{Cntrl}]+", " ")
            .strip();
    return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "...";
  }

  /** Jakarta Mail links exceptions in a chain of its own. */
  private static Stream<Throwable> chain(Throwable e) {
    List<Throwable> chain = new ArrayList<>();
    Throwable link = e;
    while (link != null && chain.size() < LONGEST_CHAIN) {
      chain.add(link);
      link = next(link);
    }
    return chain.stream();
  }

  private static @Nullable Throwable next(Throwable e) {
    return e instanceof MessagingException mail && mail.getNextException() != null
        ? mail.getNextException()
        : e.getCause();
  }

  private static Properties properties(MailProperties settings) {
    Properties all = new Properties();
    all.setProperty("mail.smtp.connectiontimeout", Long.toString(CONNECT.toMillis()));
    all.setProperty("mail.smtp.timeout", Long.toString(EXCHANGE.toMillis()));
    all.setProperty("mail.smtp.writetimeout", Long.toString(EXCHANGE.toMillis()));
    // The server has the message by then.
    all.setProperty("mail.smtp.quitwait", "false");
    all.setProperty("mail.smtp.from", settings.from() == null ? "" : settings.from());
    all.setProperty("mail.smtp.auth", Boolean.toString(settings.username() != null));
    all.setProperty("mail.smtp.auth.mechanisms", "PLAIN LOGIN");
    all.setProperty(
        "mail.smtp.starttls.enable", Boolean.toString(settings.tls() == TlsMode.STARTTLS));
    all.setProperty(
        "mail.smtp.starttls.required", Boolean.toString(settings.tls() == TlsMode.STARTTLS));
    all.setProperty("mail.smtp.ssl.enable", Boolean.toString(settings.tls() == TlsMode.TLS));
    all.setProperty("mail.smtp.ssl.checkserveridentity", "true");
    all.setProperty("mail.smtp.ssl.protocols", "TLSv1.3 TLSv1.2");
    if (settings.caFile() != null) {
      all.put("mail.smtp.ssl.socketFactory", trusting(settings.caFile()));
    }
    return all;
  }

  private static SSLSocketFactory trusting(Path authorities) {
    try (InputStream pem = Files.newInputStream(authorities)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("authority-" + store.size(), one);
      }
      if (store.size() == 0) {
        throw new GeneralSecurityException("no certificate");
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "doni.mail.ca-file is '%s'; allowed: a file with certificates in PEM"
              .formatted(authorities),
          e);
    }
  }
}
