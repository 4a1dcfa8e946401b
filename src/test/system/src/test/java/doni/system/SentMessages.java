package doni.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.server.SMTPServer;

/** A receiver of webhooks, two chats and a mail server, which keep all that the service sends. */
final class SentMessages implements AutoCloseable {

  private static final String SECRET = "s3cret-of-the-webhook";

  private final Map<String, String> received = new ConcurrentHashMap<>();
  private final HttpServer receiver;
  private final SMTPServer mail;

  SentMessages() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::take);
    receiver.start();
    mail =
        SMTPServer.port(0)
            .bindAddress(InetAddress.getLoopbackAddress())
            .messageHandlerFactory(_ -> new KeptMail())
            .build();
    mail.start();
  }

  /** Settings of a service that tells all of them what happens, and owners as early as possible. */
  Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    for (String format : List.of("event", "slack", "mattermost")) {
      String webhook = "DONI_WEBHOOKS_" + format.toUpperCase(Locale.ROOT);
      settings.put(webhook + "_FORMAT", format);
      settings.put(webhook + "_EVENTS", "hardware.*,worker.*,device.*");
      settings.put(webhook + "_SECRET", SECRET);
      settings.put(
          webhook + "_URL",
          "http://127.0.0.1:%d/%s".formatted(receiver.getAddress().getPort(), format));
    }
    settings.put("DONI_MAIL_HOST", "127.0.0.1");
    settings.put("DONI_MAIL_PORT", Integer.toString(mail.getPortAllocated()));
    settings.put("DONI_MAIL_FROM", "doni@site.example.org");
    settings.put("DONI_MAIL_TLS", "none");
    settings.put("DONI_MAIL_OFFLINE_AFTER", "1m");
    settings.put("DONI_MAIL_STUCK_AFTER", "1m");
    settings.put("DONI_MAIL_QUIET_PERIOD", "1m");
    return settings;
  }

  /** All that was received, with its headers, by where: event, slack, mattermost, mail. */
  Map<String, String> received() {
    return Map.copyOf(received);
  }

  private void keep(String place, String text) {
    received.merge(place, text + "\n", String::concat);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      StringBuilder headers = new StringBuilder();
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> headers.append(name).append(": ").append(values).append('\n'));
      keep(exchange.getRequestURI().getPath().substring(1), headers + body);
      exchange.sendResponseHeaders(204, -1);
    }
  }

  @Override
  public void close() {
    receiver.stop(0);
    mail.stop();
  }

  private final class KeptMail implements MessageHandler {

    @Override
    public void from(String sender) {
      keep("mail", sender);
    }

    @Override
    public void recipient(String recipient) {
      keep("mail", recipient);
    }

    @Override
    public @Nullable String data(InputStream data) throws IOException {
      // Lines that quoted-printable has broken are whole again.
      String text = new String(data.readAllBytes(), StandardCharsets.UTF_8);
      keep("mail", text.replace("=\r\n", ""));
      return null;
    }

    @Override
    public void done() {}
  }
}
