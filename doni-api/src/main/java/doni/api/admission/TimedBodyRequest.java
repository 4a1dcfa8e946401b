package doni.api.admission;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body must arrive within 10 s and one more second for every 64 KiB of it. Tomcat's
 * own limit begins again with every byte, so that a slow client could hold its request for hours.
 */
final class TimedBodyRequest extends HttpServletRequestWrapper {

  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final int BYTES_PER_SECOND = 64 * 1024;

  private final LongSupplier nanoTime;
  private @Nullable TimedInputStream stream;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  TimedBodyRequest(HttpServletRequest request, LongSupplier nanoTime) {
    super(request);
    this.nanoTime = nanoTime;
  }

  @Override
  public ServletInputStream getInputStream() throws IOException {
    if (stream == null) {
      stream = new TimedInputStream(super.getInputStream(), nanoTime);
    }
    return stream;
  }

  /** Fails when its client is late; a read that blocks ends with Tomcat's own limit. */
  private static final class TimedInputStream extends ServletInputStream {

    private final ServletInputStream body;
    private final LongSupplier nanoTime;
    private final long start;
    private long received;

    TimedInputStream(ServletInputStream body, LongSupplier nanoTime) {
      this.body = body;
      this.nanoTime = nanoTime;
      this.start = nanoTime.getAsLong();
    }

    @Override
    public int read() throws IOException {
      return count(body.read(), 1);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = body.read(bytes, offset, length);
      return count(read, read);
    }

    private int count(int result, int bytes) throws SocketTimeoutException {
      if (result < 0) {
        return result;
      }
      received += bytes;
      Duration limit = GRACE.plusSeconds(received / BYTES_PER_SECOND);
      if (nanoTime.getAsLong() - start > limit.toNanos()) {
        throw new SocketTimeoutException("the body arrives too slowly");
      }
      return result;
    }

    @Override
    public boolean isFinished() {
      return body.isFinished();
    }

    @Override
    public boolean isReady() {
      return body.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      body.setReadListener(listener);
    }
  }
}
