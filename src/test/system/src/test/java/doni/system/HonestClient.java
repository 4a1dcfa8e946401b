package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A client with a valid token, which has to be served while others attack the service. */
final class HonestClient {

  /** 99 of 100 answers come within this time. */
  private static final Duration PROMPT = Duration.ofSeconds(1);

  /** No answer takes longer. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int REQUESTS = 200;

  private final int port;
  private final String token;

  HonestClient(int port, String token) {
    this.port = port;
    this.token = token;
  }

  /**
   * @param status 0 if the connection was closed without an answer
   */
  record Answer(int status, String text, Duration time) {}

  /** Sends one request. */
  @FunctionalInterface
  interface HonestRequest {
    Answer send() throws IOException;
  }

  /** Sends a request on a new connection. */
  Answer get() throws IOException {
    return get(token);
  }

  /** Sends a request with another token. */
  Answer get(String other) throws IOException {
    return send("127.0.0.1", get("/v1/hardware?limit=1", other));
  }

  static String get(String path, String token) {
    return "GET %s HTTP/1.1\r\nHost: doni\r\nX-Auth-Token: %s\r\nConnection: close\r\n\r\n"
        .formatted(path, token);
  }

  /**
   * Sends requests while the attack goes on: 99 of 100 are answered within a second, with what they
   * ask for or with when to come back.
   */
  void assertServed(String attack, Runnable goesOn) throws IOException {
    assertServed(attack, goesOn, this::get);
  }

  /** As {@link #assertServed(String, Runnable)}, with requests of another kind. */
  void assertServed(String attack, Runnable goesOn, HonestRequest request) throws IOException {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      if (i % 10 == 0) {
        goesOn.run();
      }
      answers.add(request.send());
    }
    List<Duration> times = answers.stream().map(Answer::time).sorted().toList();
    Duration median = times.get(REQUESTS / 2);
    Duration of99 = times.get(REQUESTS * 99 / 100 - 1);
    System.out.printf(
        "%s: %s, median %d ms, 99 of 100 within %d ms, slowest %d ms%n",
        attack,
        answers.stream().collect(Collectors.groupingBy(Answer::status, Collectors.counting())),
        median.toMillis(),
        of99.toMillis(),
        times.getLast().toMillis());
    assertThat(answers)
        .allSatisfy(answer -> {
          assertThat(answer.status()).isIn(200, 503);
          assertThat(answer.text())
              .satisfiesAnyOf(
                  text -> assertThat(text).startsWith("HTTP/1.1 200"),
                  text -> assertThat(text).contains("\r\nRetry-After: "));
          assertThat(answer.time()).isLessThan(PATIENCE);
        });
    assertThat(of99).isLessThan(PROMPT);
  }

  /** Sends what a client may send, from an address of this machine. */
  Answer send(String from, String request) throws IOException {
    long start = System.nanoTime();
    String text = "";
    try (Socket socket =
        new Socket(InetAddress.ofLiteral("127.0.0.1"), port, InetAddress.ofLiteral(from), 0)) {
      socket.setSoTimeout(60_000);
      try {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException _) {
        // The service may answer and close before it has read everything.
      }
      InputStream in = socket.getInputStream();
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException _) {
      // Reset: the answer got lost.
    }
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    return new Answer(
        text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : 0, text, time);
  }
}
