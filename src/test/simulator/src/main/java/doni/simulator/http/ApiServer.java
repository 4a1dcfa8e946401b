package doni.simulator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One simulated API on a port of 127.0.0.1.
 *
 * <p>Every request runs through the faults and into the log of calls, except those to {@code
 * /_site/}, by which another process controls the simulation.
 */
public final class ApiServer implements AutoCloseable {

  static {
    // The JDK's server writes headers and body apart; with Nagle's algorithm every answer on a
    // reused connection would then wait for a delayed acknowledgement (40 ms).
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxIdleConnections", "2000");
  }

  /** Longer than any test or benchmark waits. */
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final Router router = new Router();
  private final Faults faults = new Faults();
  private final Calls calls;
  private final BiFunction<Integer, String, Answer> error;
  private final @Nullable SSLContext tls;
  private final int port;
  private @Nullable HttpServer server;
  private @Nullable ExecutorService executor;

  /**
   * An API that does not listen yet.
   *
   * @param port 0 for a free one
   * @param error the API's own form of an error, made of a status and a text
   */
  public ApiServer(int port, Clock clock, BiFunction<Integer, String, Answer> error) {
    this(port, clock, error, null);
  }

  /**
   * An API that does not listen yet.
   *
   * @param tls the server's certificate; null for plain HTTP
   */
  public ApiServer(
      int port, Clock clock, BiFunction<Integer, String, Answer> error, @Nullable SSLContext tls) {
    this.tls = tls;
    this.port = port == 0 ? FreePort.find() : port;
    this.calls = new Calls(clock);
    this.error = error;
    SiteControl.register(router, faults, calls);
  }

  public Router router() {
    return router;
  }

  public Faults faults() {
    return faults;
  }

  public Calls calls() {
    return calls;
  }

  /** Where it listens; without a path. */
  public URI uri() {
    return URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + port);
  }

  /**
   * Starts to listen; after {@link #stop} on the same port.
   *
   * @throws UncheckedIOException when the port is taken
   */
  public synchronized void start() {
    if (server != null) {
      return;
    }
    try {
      HttpServer started = create();
      ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
      started.setExecutor(threads);
      started.createContext("/", this::serve);
      started.start();
      executor = threads;
      server = started;
    } catch (IOException e) {
      throw new UncheckedIOException("port " + port + " of 127.0.0.1: " + e.getMessage(), e);
    }
  }

  private HttpServer create() throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    if (tls == null) {
      return HttpServer.create(address, 512);
    }
    HttpsServer created = HttpsServer.create(address, 512);
    created.setHttpsConfigurator(new HttpsConfigurator(tls));
    return created;
  }

  /** Ends every connection, and refuses new ones. */
  public synchronized void stop() {
    HttpServer stopped = server;
    ExecutorService threads = executor;
    if (stopped == null || threads == null) {
      return;
    }
    server = null;
    executor = null;
    threads.shutdownNow();
    stopped.stop(0);
  }

  @Override
  public void close() {
    stop();
    faults.clear();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Request request = read(exchange);
      if (SiteControl.concerns(request)) {
        send(exchange, handle(request));
        return;
      }
      Calls.Running running = calls.begin(request, request.path());
      Answer answer = null;
      try {
        answer = answer(request);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        running.ended(answer == null ? 0 : answer.status());
      }
      if (answer != null) {
        send(exchange, answer);
      }
    }
  }

  /** Null: the connection is to be closed without an answer. */
  private @Nullable Answer answer(Request request) throws InterruptedException {
    Faults.Injected hit = faults.next(request.method(), request.path()).orElse(null);
    if (hit == null) {
      return handle(request);
    }
    Fault fault = hit.fault();
    hit.await(fault.latency());
    Answer answer = null;
    if (fault.afterwards() || fault.effect() instanceof Fault.Effect.None) {
      answer = handle(request);
    }
    return switch (fault.effect()) {
      case Fault.Effect.None() -> answer;
      case Fault.Effect.Answered(int status, String body, Map<String, String> headers) ->
          new Answer.Full(status, headers, "application/json", body);
      case Fault.Effect.Quoted(int status) -> quoted(request, status);
      case Fault.Effect.Drop() -> null;
      case Fault.Effect.Hang() -> {
        hit.await(FOR_EVER);
        yield null;
      }
    };
  }

  private static Answer quoted(Request request, int status) {
    String text =
        "refused: "
            + request.body()
            + " of "
            + request.header("authorization").orElse("")
            + request.header("x-auth-token").orElse("")
            + " and again "
            + request.body();
    return Answer.json(
        status,
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "Status")
            .put("status", "Failure")
            .put("code", status)
            .put("message", text)
            .put("error", text));
  }

  private Answer handle(Request request) {
    Router.Match match = router.find(request.method(), request.path()).orElse(null);
    if (match == null) {
      return router.knows(request.path())
          ? error.apply(405, "the method " + request.method() + " is not allowed here")
          : error.apply(404, "the server could not find the requested resource");
    }
    try {
      return match.handler().handle(request.with(match.variables()));
    } catch (Refusal refusal) {
      return refusal.answer();
    } catch (JacksonException e) {
      return error.apply(400, "the body is not JSON: " + e.getOriginalMessage());
    } catch (RuntimeException e) {
      return error.apply(500, "a defect of the simulation: " + e);
    }
  }

  private static Request read(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
    URI uri = exchange.getRequestURI();
    String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    return new Request(exchange.getRequestMethod(), uri.getPath(), query, headers, body, Map.of());
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    switch (answer) {
      case Answer.Full full -> {
        byte[] body = full.body().getBytes(UTF_8);
        boolean none = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        if (body.length > 0) {
          exchange.getResponseHeaders().set("Content-Type", full.contentType());
        }
        exchange.sendResponseHeaders(full.status(), none ? -1 : body.length);
        if (!none) {
          exchange.getResponseBody().write(body);
        }
      }
      case Answer.Stream stream -> {
        exchange.getResponseHeaders().set("Content-Type", stream.contentType());
        exchange.sendResponseHeaders(stream.status(), 0);
        try (OutputStream out = exchange.getResponseBody()) {
          out.flush();
          stream.body().writeTo(out);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
