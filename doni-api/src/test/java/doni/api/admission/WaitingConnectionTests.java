package doni.api.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import java.time.Duration;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaitingConnectionTests {

  @SuppressWarnings("unchecked")
  private final SocketWrapperBase<NioChannel> socket = mock(SocketWrapperBase.class);

  @ParameterizedTest
  @CsvSource({
    "REQUEST, 3, 0, false, false",
    "REQUEST, 2, 0, true, false",
    "REQUEST, 3, 0, true, true",
    "HEAD, 10, 0, true, false",
    "HEAD, 11, 0, false, true",
    "BODY, 25, 0, true, false",
    "BODY, 26, 0, false, true",
    "BODY, 27, 131072, true, false",
    "BODY, 28, 131072, false, true",
    "BODY, 281, 9000000000000000000, true, false",
    "BODY, 282, 9000000000000000000, false, true",
  })
  void givesALargeBodyMoreTime(
      WaitingConnection.Awaited awaited, long seconds, long length, boolean scarce, boolean late) {
    WaitingConnection connection =
        new WaitingConnection(socket, awaited, Duration.ofSeconds(seconds), length);

    assertThat(connection.isLate(scarce)).isEqualTo(late);
  }
}
