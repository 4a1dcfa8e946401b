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
 * Plain HTTP to one service, with a connection pool of its own.
 *
 * <p>OkHttp's own retries are off, because OkHttp does not know which calls may be repeated. A read
 * is repeated once, on a new connection, if its pooled connection was dead. Redirects are not
 * followed: they would send the token to another server.
 */
final class HttpCalls {

  /** Far more than any listing of a site; an endless answer must not fill the memory. */
  private static final long LONGEST_ANSWER = 64L * 1024 * 1024;

  private static final int IDLE_CONNECTIONS = 10;

  /** An answer. */
  record Reply(int status, Headers headers, String body) {}

  private final String service;
  private final Duration readTimeout;
  private final OkHttpClient client;

  /**
   * Creates a client.
   *
   * @param readTimeout limit for the whole answer, once the connection is open
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
            .eventListener(new ProgressListener())
            .build();
  }

  /**
   * Makes one call.
   *
   * @param call as messages name it
   * @throws BackendException if no complete answer came; not a write unless some of it was sent
   */
  Reply send(Request request, String call) {
    CallProgress progress = new CallProgress();
    try {
      return exchange(request, progress);
    } catch (IOException e) {
      boolean repeatable = isRepeatable(request) && progress.pooled() && !isLate(e);
      if (!repeatable || Thread.currentThread().isInterrupted()) {
        throw unanswered(call, progress, e);
      }
    }
    client.connectionPool().evictAll();
    CallProgress second = new CallProgress();
    try {
      return exchange(request, second);
    } catch (IOException e) {
      throw unanswered(call, second, e);
    }
  }

  /** A login changes nothing: a second one only makes a second token. */
  private static boolean isRepeatable(Request request) {
    return request.method().equals("GET")
        || (request.method().equals("POST")
            && request.url().encodedPath().endsWith("/v3/auth/tokens"));
  }

  private Reply exchange(Request request, CallProgress progress) throws IOException {
    Request tagged = request.newBuilder().tag(CallProgress.class, progress).build();
    try (Response response = client.newCall(tagged).execute()) {
      BufferedSource source = response.body().source();
      if (source.request(LONGEST_ANSWER + 1)) {
        throw new IOException("answer longer than " + LONGEST_ANSWER + " bytes");
      }
      return new Reply(response.code(), response.headers(), source.readUtf8());
    }
  }

  private BackendException unanswered(String call, CallProgress progress, IOException e) {
    boolean write = !call.startsWith("GET ") && progress.sent;
    if (Thread.currentThread().isInterrupted()) {
      InterruptedException cause = new InterruptedException("stopped while waiting for " + service);
      cause.addSuppressed(e);
      return BackendException.unanswered(
          service, BackendException.Kind.CONNECTION, "interrupted", write, cause);
    }
    if (isLate(e)) {
      String text =
          progress.connected
              ? "no response within %d ms".formatted(readTimeout.toMillis())
              : "no connection in time";
      return BackendException.unanswered(
          service, BackendException.Kind.TIMEOUT, BackendException.withCall(text, call), write, e);
    }
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return BackendException.unanswered(
        service,
        BackendException.Kind.CONNECTION,
        BackendException.withCall(ServiceErrorMessage.bounded(text), call),
        write,
        e);
  }

  private static boolean isLate(IOException e) {
    return e instanceof InterruptedIOException;
  }

  /** How far one call got. */
  private static final class CallProgress {
    private volatile boolean opened;
    private volatile boolean connected;
    private volatile boolean sent;

    boolean pooled() {
      return connected && !opened;
    }
  }

  private static final class ProgressListener extends EventListener {
    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
      progress(call).opened = true;
    }

    @Override
    public void connectionAcquired(Call call, okhttp3.Connection connection) {
      progress(call).connected = true;
    }

    @Override
    public void requestHeadersStart(Call call) {
      progress(call).sent = true;
    }

    private static CallProgress progress(Call call) {
      @Nullable CallProgress progress = call.request().tag(CallProgress.class);
      return progress == null ? new CallProgress() : progress;
    }
  }
}
