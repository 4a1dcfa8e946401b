package doni.simulator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FreePortTests {

  @RepeatedTest(20)
  void aServerCanListenThere() {
    int port = FreePort.find();

    assertThatCode(() -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close())
        .doesNotThrowAnyException();
  }

  @Test
  void noConnectionIsGivenOne() throws IOException {
    List<Integer> given = new ArrayList<>();
    try (ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 200; i++) {
        try (Socket connection = new Socket(server.getInetAddress(), server.getLocalPort())) {
          given.add(connection.getLocalPort());
        }
      }
    }

    assertThat(Stream.generate(FreePort::find).limit(200))
        .allSatisfy(port ->
            assertThat(port).isLessThan(given.stream().min(Integer::compare).orElseThrow()));
  }

  @Test
  void givesNoPortTwice() {
    assertThat(Stream.generate(FreePort::find).limit(500)).doesNotHaveDuplicates();
  }

  @Test
  void testJvmsSideBySideHaveRangesOfTheirOwn() {
    assertThat(FreePort.first("jvm-1")).isEqualTo(17_000);
    assertThat(FreePort.first("jvm-2")).isEqualTo(22_000);
    assertThat(FreePort.first("jvm-12")).isEqualTo(FreePort.first("")).isEqualTo(12_000);
  }
}
