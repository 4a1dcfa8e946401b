package doni.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/** A service that answers what a test says, and commands that call it. */
final class FakeService implements AutoCloseable {

  /** A request as the service received it. */
  record Received(String method, String uri, Map<String, String> headers, String body) {

    String line() {
      return (method + " " + uri + " " + body).strip();
    }

    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), "");
    }
  }

  /** The end of a command. */
  record Ended(int code, String out, String err) {}

  private record Answer(int status, String body, String type) {}

  private final HttpServer server;
  private final String scheme;
  private final Deque<Answer> answers = new ArrayDeque<>();
  private final List<Received> received = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, String> environment = new HashMap<>();
  private boolean terminal;
  private int pauses = Integer.MAX_VALUE;

  FakeService() throws IOException {
    this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), "http");
  }

  private FakeService(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
    server.createContext("/", this::answer);
    server.start();
    environment.put("DONI_URL", url());
    environment.put("OS_TOKEN", "t0ken");
    environment.put("HOME", "/nonexistent");
  }

  /** A service that speaks TLS; its URL has the host name {@code localhost}. */
  static FakeService secured(SSLContext tls) throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return new FakeService(server, "https");
  }

  String url() {
    String host = scheme.equals("https") ? "localhost" : "127.0.0.1";
    return scheme + "://" + host + ":" + server.getAddress().getPort();
  }

  /** Adds an answer; the last one is repeated. */
  FakeService answer(String body) {
    return answer(200, body);
  }

  FakeService answer(int status, String body) {
    return answer(status, body, "application/json");
  }

  synchronized FakeService answer(int status, String body, String type) {
    answers.add(new Answer(status, body, type));
    return this;
  }

  synchronized FakeService forget() {
    answers.clear();
    received.clear();
    return this;
  }

  FakeService environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Map<String, String> environment() {
    return environment;
  }

  FakeService onTerminal() {
    terminal = true;
    return this;
  }

  /** Interrupts a command that waits more often than that. */
  FakeService interruptAfter(int most) {
    pauses = most;
    return this;
  }

  List<Received> received() {
    return List.copyOf(received);
  }

  List<String> requests() {
    return received().stream().map(Received::line).toList();
  }

  Ended run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int[] left = {pauses};
    CommandConsole console =
        new CommandConsole(
            new PrintWriter(out),
            new PrintWriter(err),
            environment,
            terminal,
            time -> {
              if (left[0]-- == 0) {
                throw new InterruptedException();
              }
            });
    int code = DoniClient.run(List.of(arguments), console);
    // A command that was interrupted leaves the mark on its thread.
    boolean _ = Thread.interrupted();
    return new Ended(code, out.toString(), err.toString());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) ->
            headers.put(name.toLowerCase(java.util.Locale.ROOT), values.getFirst()));
    received.add(
        new Received(
            exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body));
    Answer answer = next();
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private synchronized Answer next() {
    return answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
  }

  void stop() {
    server.stop(0);
  }

  @Override
  public void close() {
    stop();
  }
}
