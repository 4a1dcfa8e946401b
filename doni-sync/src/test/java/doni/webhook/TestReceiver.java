package doni.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A receiver of webhooks over real HTTP, that answers what the test says. */
final class TestReceiver implements AutoCloseable {

  /**
   * What came.
   *
   * @param path where it was posted to
   */
  record Post(String path, String id, String kind, String signature, String body) {}

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private final Queue<Post> posts = new ConcurrentLinkedQueue<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Map<String, Integer> statusOfKind = new ConcurrentHashMap<>();
  private volatile int status = 204;
  private volatile String retryAfter = "";
  private volatile boolean hanging;

  TestReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      posts.add(
          new Post(
              exchange.getRequestURI().getPath(),
              header(exchange, "Doni-Event-Id"),
              header(exchange, "Doni-Event-Kind"),
              header(exchange, "Doni-Signature"),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      if (hanging) {
        end.await();
      }
      if (status / 100 == 3) {
        exchange.getResponseHeaders().add("Location", uri("/elsewhere").toString());
      }
      if (!retryAfter.isEmpty()) {
        exchange.getResponseHeaders().add("Retry-After", retryAfter);
      }
      exchange.sendResponseHeaders(
          statusOfKind.getOrDefault(header(exchange, "Doni-Event-Kind"), status), -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String header(HttpExchange exchange, String name) {
    return String.valueOf(exchange.getRequestHeaders().getFirst(name));
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  void answers(int newStatus) {
    status = newStatus;
  }

  void answers(int newStatus, String newRetryAfter) {
    retryAfter = newRetryAfter;
    status = newStatus;
  }

  void answers(String kind, int statusOfThat) {
    statusOfKind.put(kind, statusOfThat);
  }

  void hangs(boolean newHanging) {
    hanging = newHanging;
  }

  List<Post> posts() {
    return List.copyOf(posts);
  }

  List<String> kinds() {
    return posts.stream().map(Post::kind).toList();
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.close();
  }
}
