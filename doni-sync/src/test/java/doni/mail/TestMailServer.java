package doni.mail;

import doni.enrollment.Secret;
import doni.mail.MailProperties.TlsMode;
import doni.simulator.http.CertificateAuthority;
import jakarta.mail.Header;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** A mail server over real SMTP, with TLS and logins, that answers what the test says. */
final class TestMailServer implements AutoCloseable {

  static final String USER = "doni";
  static final String PASSWORD = "s3cret-of-the-mailbox";

  private static final CertificateAuthority AUTHORITY = new CertificateAuthority("mail test");

  /** A message as it arrived. */
  record Received(String envelopeFrom, String envelopeTo, MimeMessage message) {

    String subject() {
      return get(message::getSubject);
    }

    String text() {
      return get(() -> (String) message.getContent()).replace("\r\n", "\n");
    }

    @Nullable String header(String name) {
      return get(() -> message.getHeader(name, ","));
    }

    List<String> headerNames() {
      return get(
          () -> Collections.list(message.getAllHeaders()).stream().map(Header::getName).toList());
    }

    private interface Reading<T> {
      T read() throws MessagingException, IOException;
    }

    private static <T> T get(Reading<T> reading) {
      try {
        return reading.read();
      } catch (MessagingException e) {
        throw new IllegalStateException(e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private record Rejection(int code, String text) {}

  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Map<String, Rejection> refusedRecipients = new ConcurrentHashMap<>();
  private volatile @Nullable Rejection refusal;
  private volatile Runnable whileSending = () -> {};
  private final SMTPServer server;
  private final TlsMode tls;

  TestMailServer() {
    this(TlsMode.NONE, "localhost");
  }

  /**
   * @param name of its certificate
   */
  TestMailServer(TlsMode tls, String name) {
    this.tls = tls;
    SMTPServer.Builder builder =
        SMTPServer.port(0)
            .bindAddress(InetAddress.getLoopbackAddress())
            .messageHandlerFactory(_ -> new Handler());
    if (tls != TlsMode.NONE) {
      builder =
          builder
              .authenticationHandlerFactory(
                  new EasyAuthenticationHandlerFactory(
                      (user, password, _) -> login(user, password)))
              .requireAuth();
    }
    builder =
        switch (tls) {
          case NONE -> builder;
          case STARTTLS ->
              builder.startTlsSocketFactory(AUTHORITY.server(name), false).requireTLS();
          case TLS -> builder.serverSocketFactory(AUTHORITY.server(name));
        };
    server = builder.build();
    server.start();
  }

  private static void login(String user, String password) throws LoginFailedException {
    if (!USER.equals(user) || !PASSWORD.equals(password)) {
      throw new LoginFailedException();
    }
  }

  /** Returns the settings of a client that may send, and trusts this server. */
  MailProperties settings() {
    return settings(tls, tls == TlsMode.NONE ? null : PASSWORD, authority());
  }

  MailProperties settings(TlsMode mode, @Nullable String password, @Nullable Path authority) {
    return new MailProperties(
        "localhost",
        server.getPortAllocated(),
        password == null ? null : USER,
        password == null ? null : new Secret(password),
        "doni@site.example.org",
        mode,
        authority,
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(1));
  }

  static Path authority() {
    try {
      Path file = Files.createTempFile("authority", ".pem");
      file.toFile().deleteOnExit();
      return Files.writeString(file, AUTHORITY.certificate());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Received> received() {
    return received;
  }

  /** Refuses all senders, as a server does that is out of order. */
  void refuses(int code, String text) {
    refusal = new Rejection(code, text);
  }

  void acceptsAgain() {
    refusal = null;
    refusedRecipients.clear();
  }

  void refusesRecipient(String address, int code, String text) {
    refusedRecipients.put(address, new Rejection(code, text));
  }

  /** Runs something before the next messages are confirmed. */
  void whileSending(Runnable interference) {
    whileSending = interference;
  }

  @Override
  public void close() {
    server.stop();
  }

  private final class Handler implements MessageHandler {

    private String from = "";
    private String to = "";

    @Override
    public void from(String sender) throws RejectException {
      Rejection all = refusal;
      if (all != null) {
        throw new RejectException(all.code(), all.text());
      }
      from = sender;
    }

    @Override
    public void recipient(String recipient) throws RejectException {
      Rejection one = refusedRecipients.get(recipient);
      if (one != null) {
        throw new RejectException(one.code(), one.text());
      }
      to = recipient;
    }

    @Override
    public @Nullable String data(InputStream data) throws IOException {
      try {
        received.add(
            new Received(
                from,
                to,
                new MimeMessage(
                    Session.getInstance(new Properties()),
                    new ByteArrayInputStream(data.readAllBytes()))));
      } catch (MessagingException e) {
        throw new IOException(e);
      }
      whileSending.run();
      return null;
    }

    @Override
    public void done() {}
  }
}
