package doni.api.admission;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.catalina.connector.ClientAbortException;
import org.jspecify.annotations.Nullable;

/**
 * A response whose client must read it: all writes together may wait for 10 s and one more second
 * for every 64 KiB. Tomcat's own limit begins again with every write, so that a slow client could
 * hold the room of its request for hours.
 */
final class TimedBodyResponse extends HttpServletResponseWrapper {

  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final int BYTES_PER_SECOND = 64 * 1024;

  private final LongSupplier nanoTime;
  private @Nullable TimedOutputStream stream;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  TimedBodyResponse(HttpServletResponse response, LongSupplier nanoTime) {
    super(response);
    this.nanoTime = nanoTime;
  }

  @Override
  public ServletOutputStream getOutputStream() throws IOException {
    if (stream == null) {
      stream = new TimedOutputStream(super.getOutputStream(), nanoTime);
    }
    return stream;
  }

  /** Fails when its client is late; a write that blocks ends with Tomcat's own limit. */
  private static final class TimedOutputStream extends ServletOutputStream {

    private final ServletOutputStream body;
    private final LongSupplier nanoTime;
    private long waited;
    private long sent;

    TimedOutputStream(ServletOutputStream body, LongSupplier nanoTime) {
      this.body = body;
      this.nanoTime = nanoTime;
    }

    @Override
    public void write(int value) throws IOException {
      timed(() -> body.write(value), 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      timed(() -> body.write(bytes, offset, length), length);
    }

    @Override
    public void flush() throws IOException {
      timed(body::flush, 0);
    }

    private void timed(StreamCall call, int bytes) throws IOException {
      long start = nanoTime.getAsLong();
      call.run();
      waited += nanoTime.getAsLong() - start;
      sent += bytes;
      Duration limit = GRACE.plusSeconds(sent / BYTES_PER_SECOND);
      if (waited > limit.toNanos()) {
        throw new ClientAbortException(
            new SocketTimeoutException("the response is read too slowly"));
      }
    }

    @Override
    public void close() throws IOException {
      body.close();
    }

    @Override
    public boolean isReady() {
      return body.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      body.setWriteListener(listener);
    }
  }

  /** A write or a flush. */
  @FunctionalInterface
  private interface StreamCall {
    void run() throws IOException;
  }
}
