package doni.api.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

class TimedBodyRequestTests {

  private static final int KIB = 1024;

  private final AtomicLong now = new AtomicLong();

  @Test
  void readsABodyThatArrivesInTime() throws IOException {
    byte[] body = new byte[100];
    InputStream in = body(body);
    pass(Duration.ofSeconds(10));

    assertThat(in.readAllBytes()).isEqualTo(body);
    assertThat(in.read()).isEqualTo(-1);
  }

  @Test
  void refusesABodyThatTricklesIn() throws IOException {
    InputStream in = body(new byte[100]);
    in.read();
    pass(Duration.ofSeconds(10).plusNanos(1));

    assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(in::read);
  }

  @Test
  void givesALargeBodyMoreTime() throws IOException {
    InputStream in = body(new byte[200 * KIB]);
    in.readNBytes(128 * KIB);
    pass(Duration.ofSeconds(12));
    assertThat(in.read()).isZero();
    pass(Duration.ofNanos(1));

    assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(in::read);
  }

  private InputStream body(byte[] content) throws IOException {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setContent(content);
    return new TimedBodyRequest(request, now::get).getInputStream();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
