package doni.openstack;

import doni.backend.BackendException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.EventListener;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Bare HTTP to one service, over connections of its own.
 *
 * <p>OkHttp repeats what failed on a dead connection without a word, and does not know what may be
 * repeated: that is switched off. Here a read is repeated once, on a new connection, when the
 * pooled one that it was sent on turned out to be dead. Redirects are not followed: they would
 * carry our token to wherever they point.
 */
final class HttpCalls {

  /** Far more than any listing of a site; a server that never ends must not fill our memory. */
  private static final long LONGEST_ANSWER = 64L * 1024 * 1024;

  private static final int IDLE_CONNECTIONS = 10;

  /** What came back. */
  record Reply(int status, Headers headers, String body) {}

  private final String service;
  private final Duration readTimeout;
  private final OkHttpClient client;

  /**
   * @param readTimeout from the connection on, for a whole answer
   */
  HttpCalls(String service, Duration connectTimeout, Duration readTimeout) {
    this.service = service;
    this.readTimeout = readTimeout;
    this.client =
        new OkHttpClient.Builder()
            .connectTimeout(connectTimeout)
            .readTimeout(readTimeout)
            .writeTimeout(readTimeout)
            .callTimeout(connectTimeout.plus(readTimeout))
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .followSslRedirects(false)
            .protocols(List.of(Protocol.HTTP_1_1))
            .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 1, TimeUnit.MINUTES))
            .eventListener(new Progress())
            .build();
  }

  /**
   * @throws BackendException when no whole answer came; one that nothing of was sent is no write
   */
  Reply send(Request request) {
    Passage passage = new Passage();
    try {
      return exchange(request, passage);
    } catch (IOException e) {
      boolean repeatable = request.method().equals("GET") && passage.pooled() && !isLate(e);
      if (!repeatable || Thread.currentThread().isInterrupted()) {
        throw unanswered(request, passage, e);
      }
    }
    client.connectionPool().evictAll();
    Passage second = new Passage();
    try {
      return exchange(request, second);
    } catch (IOException e) {
      throw unanswered(request, second, e);
    }
  }

  private Reply exchange(Request request, Passage passage) throws IOException {
    Request tagged = request.newBuilder().tag(Passage.class, passage).build();
    try (Response response = client.newCall(tagged).execute()) {
      BufferedSource source = response.body().source();
      if (source.request(LONGEST_ANSWER + 1)) {
        throw new IOException("an answer of more than " + LONGEST_ANSWER + " bytes");
      }
      return new Reply(response.code(), response.headers(), source.readUtf8());
    }
  }

  private BackendException unanswered(Request request, Passage passage, IOException e) {
    boolean write = !request.method().equals("GET") && passage.sent;
    if (Thread.currentThread().isInterrupted()) {
      InterruptedException cause = new InterruptedException("stopped while waiting for " + service);
      cause.addSuppressed(e);
      return BackendException.unanswered(
          service, BackendException.Kind.CONNECTION, "interrupted", write, cause);
    }
    if (isLate(e)) {
      String text =
          passage.connected
              ? "no response within %d ms".formatted(readTimeout.toMillis())
              : "no connection in time";
      return BackendException.unanswered(service, BackendException.Kind.TIMEOUT, text, write, e);
    }
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return BackendException.unanswered(
        service, BackendException.Kind.CONNECTION, ErrorMessage.bounded(text), write, e);
  }

  private static boolean isLate(IOException e) {
    return e instanceof InterruptedIOException;
  }

  /** How far one call came. */
  private static final class Passage {
    private volatile boolean opened;
    private volatile boolean connected;
    private volatile boolean sent;

    boolean pooled() {
      return connected && !opened;
    }
  }

  private static final class Progress extends EventListener {
    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
      passage(call).opened = true;
    }

    @Override
    public void connectionAcquired(Call call, okhttp3.Connection connection) {
      passage(call).connected = true;
    }

    @Override
    public void requestHeadersStart(Call call) {
      passage(call).sent = true;
    }

    private static Passage passage(Call call) {
      @Nullable Passage passage = call.request().tag(Passage.class);
      return passage == null ? new Passage() : passage;
    }
  }
}
