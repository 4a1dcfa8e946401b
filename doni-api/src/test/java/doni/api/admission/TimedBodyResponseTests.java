package doni.api.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.catalina.connector.ClientAbortException;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;

class TimedBodyResponseTests {

  private static final int KIB = 1024;

  private final AtomicLong now = new AtomicLong();
  private final MockHttpServletResponse received = new MockHttpServletResponse();
  private Duration wait = Duration.ZERO;

  @Test
  void writesWhatIsReadInTime() throws IOException {
    OutputStream out = body();
    wait = Duration.ofSeconds(5);
    out.write('a');
    out.write(new byte[] {'b', 'c'});

    assertThat(received.getContentAsString()).isEqualTo("abc");
  }

  @Test
  void refusesAClientThatReadsTooSlowly() throws IOException {
    OutputStream out = body();
    wait = Duration.ofSeconds(5);
    out.write('a');
    wait = Duration.ofSeconds(5).plusNanos(1);

    assertThatExceptionOfType(ClientAbortException.class)
        .isThrownBy(() -> out.write('b'))
        .havingCause()
        .withMessage("the response is read too slowly");
  }

  @Test
  void refusesAClientThatWaitsForAFlush() throws IOException {
    OutputStream out = body();
    out.write('a');
    wait = Duration.ofSeconds(10).plusNanos(1);

    assertThatExceptionOfType(ClientAbortException.class).isThrownBy(out::flush);
  }

  @Test
  void givesALargeResponseMoreTime() throws IOException {
    OutputStream out = body();
    wait = Duration.ofSeconds(12);
    out.write(new byte[128 * KIB]);
    wait = Duration.ofNanos(1);

    assertThatExceptionOfType(ClientAbortException.class).isThrownBy(() -> out.write('a'));
  }

  @Test
  void doesNotCountTheTimeBetweenWrites() throws IOException {
    OutputStream out = body();
    out.write('a');
    now.addAndGet(Duration.ofHours(1).toNanos());
    out.write('b');

    assertThat(received.getContentAsString()).isEqualTo("ab");
  }

  private OutputStream body() throws IOException {
    return new TimedBodyResponse(new SlowlyRead(received), now::get).getOutputStream();
  }

  /** A response whose writes take a while. */
  private final class SlowlyRead extends jakarta.servlet.http.HttpServletResponseWrapper {

    SlowlyRead(HttpServletResponse response) {
      super(response);
    }

    @Override
    public ServletOutputStream getOutputStream() {
      return new ServletOutputStream() {
        @Override
        public void write(int value) throws IOException {
          now.addAndGet(wait.toNanos());
          received.getOutputStream().write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          now.addAndGet(wait.toNanos());
          received.getOutputStream().write(bytes, offset, length);
        }

        @Override
        public void flush() {
          now.addAndGet(wait.toNanos());
        }

        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
          throw new UnsupportedOperationException();
        }
      };
    }
  }
}
