package doni.bench;

import doni.simulator.SimulatedSite;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How long a device takes from its enrollment until it is STEADY, one after the other with the
 * simulated Kubernetes, beside the polls of 30,000 other devices, each once a minute.
 */
final class SteadyBench {

  static final int DEVICES = 200;

  /** Enrollments that are not measured: the service has just started. */
  private static final int WARM_UP = 200;

  private static final int POLLS_A_SECOND = 500;
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration LOOK = Duration.ofMillis(2);
  private static final JsonMapper JSON = JsonMapper.shared();

  private final SimulatedSite site;
  private final int port;
  private final String token;

  SteadyBench(SimulatedSite site, int port, String token) {
    this.site = site;
    this.port = port;
    this.token = token;
  }

  void run() throws Exception {
    for (int i = 0; i < WARM_UP + DEVICES; i++) {
      site.kubernetes().addNode("edge-" + i);
    }
    try (HttpConnection connection = new HttpConnection(port)) {
      byte[] poll = poll(connection, enrolled(connection, "polled"));
      try (PacedPolls polls = PacedPolls.start(port, poll, POLLS_A_SECOND)) {
        for (int i = 0; i < WARM_UP; i++) {
          enrollAndAwaitSteady(connection, "edge-" + i);
        }
        polls.reset();
        long[] nanos = new long[DEVICES];
        for (int i = 0; i < DEVICES; i++) {
          nanos[i] = enrollAndAwaitSteady(connection, "edge-" + (WARM_UP + i));
        }
        double rate = polls.rate();
        Arrays.sort(nanos);
        System.out.printf(
            Locale.ROOT,
            "enrollment to STEADY with the simulated Kubernetes, beside %.0f polls a second:"
                + " p50 %.0f ms (target 40), p99 %.0f ms (target 120)%n",
            rate,
            Load.percentile(nanos, 0.5),
            Load.percentile(nanos, 0.99));
      }
    }
  }

  private byte[] poll(HttpConnection connection, String uuid) throws IOException {
    String path = "/v1/hardware/" + uuid;
    String tag = connection.send(HttpConnection.request("GET", path, token, ""), false).tag();
    return HttpConnection.request("GET", path, token, "", tag);
  }

  private String enrolled(HttpConnection connection, String name) throws IOException {
    String body =
        "{\"name\":\"%s\",\"hardware_type\":\"device.balena\",\"properties\":{\"machine_name\":\"raspberrypi4-64\",\"contact_email\":\"a@example.org\"}}"
            .formatted(name);
    HttpConnection.Answer created =
        connection.send(HttpConnection.request("POST", "/v1/hardware", token, body), true);
    if (created.status() != 201) {
      throw new IllegalStateException("answered " + created.status() + " " + created.body());
    }
    return json(created).get("uuid").asString();
  }

  private long enrollAndAwaitSteady(HttpConnection connection, String name) throws IOException {
    long start = System.nanoTime();
    byte[] look =
        HttpConnection.request("GET", "/v1/hardware/" + enrolled(connection, name), token, "");
    while (!json(connection.send(look, true))
        .get("workers")
        .get(0)
        .get("state")
        .asString()
        .equals("STEADY")) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new IllegalStateException(name + " does not become steady");
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return System.nanoTime() - start;
  }

  private static JsonNode json(HttpConnection.Answer answer) {
    return JSON.readTree(answer.body());
  }
}
