package doni.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One exchange with a server that sends the bytes that a test names. */
class HttpExchangeTests {

  private static final TlsTrust NO_FILE = new TlsTrust("");

  private final ServerSocket server;
  private CompletableFuture<String> request = new CompletableFuture<>();

  HttpExchangeTests() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private String exchange(String response) throws IOException {
    request =
        CompletableFuture.supplyAsync(() -> {
          try (Socket socket = server.accept()) {
            byte[] bytes = new byte[8192];
            int read = socket.getInputStream().read(bytes);
            socket.getOutputStream().write(response.getBytes(StandardCharsets.UTF_8));
            return new String(bytes, 0, read, StandardCharsets.UTF_8);
          } catch (IOException e) {
            return "";
          }
        });
    try (HttpExchange exchange =
        HttpExchange.send(NO_FILE, "PATCH", uri(), Map.of("X-A", "b"), "{\"ä\":1}", 5_000)) {
      return exchange.status()
          + ":"
          + new String(exchange.body().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1?a=b%20c");
  }

  @Test
  void sendsOneRequestWithItsLengthInBytes() throws IOException {
    exchange("HTTP/1.1 204 No Content\r\n\r\n");

    assertThat(request.join())
        .isEqualTo(
            "PATCH /v1?a=b%%20c HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\nX-A: b\r\nContent-Length: 8\r\n\r\n{\"ä\":1}"
                .formatted(server.getLocalPort()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nokand more | 200:ok",
        "HTTP/1.1 200\\r\\ncontent-length: 2\\r\\n\\r\\nok | 200:ok",
        "HTTP/1.0 200 OK\\r\\n\\r\\nuntil the end | 200:until the end",
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding:"
            + " Chunked\\r\\n\\r\\n2;x=y\\r\\nok\\r\\n1\\r\\n!\\r\\n0\\r\\n\\r\\n"
            + " | 200:ok!",
        "HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 404 Not Found\\r\\nContent-Length:"
            + " 1\\r\\n\\r\\n? | 404:?",
        "HTTP/1.1 204 No Content\\r\\n\\r\\n | 204:"
      })
  void readsAResponse(String response, String read) throws IOException {
    assertThat(exchange(lines(response))).isEqualTo(read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nok",
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nok",
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n",
        "HTTP/1.1 200 OK\\r\\nContent-Le"
      })
  void neverTakesAResponseThatIsCutOffForAWholeOne(String response) {
    assertThatThrownBy(() -> exchange(lines(response))).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SSH-2.0-OpenSSH_9.2\\r\\n",
        "HTTP/1.1 OK\\r\\n\\r\\n",
        "HTTP/1.1 200 OK\\r\\nContent-Length: many\\r\\n\\r\\n",
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nmany\\r\\n"
      })
  void refusesWhatIsNotHttp(String response) {
    assertThatThrownBy(() -> exchange(lines(response)))
        .isInstanceOf(IOException.class)
        .hasMessage("not an HTTP response");
  }

  @Test
  void readsAChunkBeforeTheNextOneIsSent() throws IOException {
    CompletableFuture<String> read = new CompletableFuture<>();
    request =
        CompletableFuture.supplyAsync(() -> {
          try (Socket socket = server.accept()) {
            socket
                .getOutputStream()
                .write(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nline\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
            return read.join();
          } catch (IOException e) {
            return "";
          }
        });

    try (HttpExchange exchange = HttpExchange.send(NO_FILE, "GET", uri(), Map.of(), null, 5_000);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(exchange.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("line");
    } finally {
      read.complete("");
    }
  }

  @Test
  void refusesAHeadWithoutAnEnd() {
    assertThatThrownBy(() -> exchange("HTTP/1.1 200 OK\r\nX: " + "x".repeat(70_000)))
        .isInstanceOf(IOException.class)
        .hasMessage("the head of the response is too long");
  }

  @Test
  void refusesAHeaderThatWouldBeginAnother() {
    assertThatThrownBy(() ->
            HttpExchange.send(
                NO_FILE, "GET", uri(), Map.of("X-Auth-Token", "a\r\nX: b"), null, 1_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("X-Auth-Token has a control character");
  }

  @Test
  void givesUpOnASilentServer() {
    assertThatThrownBy(
            () -> {
              try (HttpExchange _ = HttpExchange.send(NO_FILE, "GET", uri(), Map.of(), null, 50)) {
                throw new AssertionError("answered");
              }
            })
        .isInstanceOf(SocketTimeoutException.class);
  }

  private static String lines(String text) {
    return text.replace("\\r\\n", "\r\n");
  }
}
