package doni.worker.k8s;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

/** A server with TLS that records who called it, and answers as an API server without objects. */
final class TlsApiServer implements AutoCloseable {

  /**
   * A call.
   *
   * @param serverNames the names that the client asked for
   * @param client the name in the client's certificate; empty without one
   * @param headers those that say who calls
   */
  record ReceivedCall(
      String path, List<String> serverNames, String client, Map<String, List<String>> headers) {

    String authorization() {
      return String.join(", ", headers.getOrDefault("Authorization", List.of()));
    }
  }

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<ReceivedCall> calls = new CopyOnWriteArrayList<>();
  private volatile URI redirect = URI.create("");

  TlsApiServer(SSLContext tls) {
    try {
      server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = tls.getDefaultSSLParameters();
            wanted.setWantClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    server.createContext("/", this::serve);
    server.setExecutor(threads);
    server.start();
  }

  URI uri() {
    return uri("127.0.0.1");
  }

  URI uri(String host) {
    return URI.create("https://" + host + ":" + server.getAddress().getPort());
  }

  /** Answers every call with a redirect. */
  void redirectTo(URI target) {
    redirect = target;
  }

  List<ReceivedCall> calls() {
    return calls;
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      calls.add(received((HttpsExchange) exchange));
      boolean redirected = !redirect.toString().isEmpty();
      if (redirected) {
        exchange.getResponseHeaders().set("Location", redirect.toString());
      }
      byte[] body =
          "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":404}"
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(redirected ? 307 : 404, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static ReceivedCall received(HttpsExchange exchange) {
    List<String> names =
        ((ExtendedSSLSession) exchange.getSSLSession())
            .getRequestedServerNames().stream()
                .map(name -> new SNIHostName(name.getEncoded()).getAsciiName())
                .toList();
    Map<String, List<String>> headers = new TreeMap<>(exchange.getRequestHeaders());
    headers.keySet().removeIf(name -> !name.matches("Authorization|Impersonate-.*"));
    return new ReceivedCall(exchange.getRequestURI().toString(), names, client(exchange), headers);
  }

  private static String client(HttpsExchange exchange) {
    try {
      return exchange.getSSLSession().getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException _) {
      return "";
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
