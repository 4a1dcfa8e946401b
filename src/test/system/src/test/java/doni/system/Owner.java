package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.PlainClient;
import doni.simulator.http.PlainClient.Reply;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A client that enrolls devices with a token, at one replica. */
final class Owner implements AutoCloseable {

  static final String HARDWARE = "/v1/hardware/";
  static final String RASPBERRY = "raspberrypi4-64";
  static final String JETSON = "jetson-nano";

  private final PlainClient http;

  Owner(URI service, String token) {
    this.http = new PlainClient(service, Map.of("X-Auth-Token", token));
  }

  PlainClient http() {
    return http;
  }

  /** What an enrollment of a Raspberry Pi looks like. */
  static String enrollment(String name) {
    return """
    {"name": "%s", "hardware_type": "device.balena",
     "properties": {"machine_name": "%s", "contact_email": "%s@example.org"}}
    """
        .formatted(name, RASPBERRY, name);
  }

  Enrolled enroll(String name) throws IOException, InterruptedException {
    return enrolled(http.post(HARDWARE, enrollment(name)));
  }

  /** Repeated with the same key, it enrolls one device. */
  Reply enroll(String name, String key) throws IOException, InterruptedException {
    return http.post(HARDWARE, enrollment(name), Map.of("Idempotency-Key", key));
  }

  Enrolled enrolled(Reply reply) {
    assertThat(reply.status()).as(reply.text("/error")).isEqualTo(201);
    return new Enrolled(
        UUID.fromString(reply.text("/uuid")),
        reply.text("/name"),
        reply.text("/properties/k8s_bootstrap_token"));
  }

  List<Enrolled> enroll(List<String> names) throws IOException, InterruptedException {
    List<Enrolled> devices = new ArrayList<>();
    for (String name : names) {
      devices.add(enroll(name));
    }
    return devices;
  }

  void changeMachine(Enrolled device, String machine) throws IOException, InterruptedException {
    Reply reply =
        http.patch(
            device.path(),
            "application/json-patch+json",
            """
            [{"op": "replace", "path": "/properties/machine_name", "value": "%s"}]
            """
                .formatted(machine));
    assertThat(reply.status()).isEqualTo(200);
  }

  void sync(Enrolled device) throws IOException, InterruptedException {
    assertThat(http.post(device.path() + "sync/", "").status()).isBetween(200, 204);
  }

  void delete(Enrolled device) throws IOException, InterruptedException {
    assertThat(http.delete(device.path()).status()).isBetween(200, 204);
  }

  /** What the worker k8s reports of a device. */
  JsonNode task(Enrolled device) throws IOException, InterruptedException {
    Reply reply = http.get(device.path());
    assertThat(reply.status()).isEqualTo(200);
    JsonNode workers = reply.body().path("workers");
    assertThat(workers).hasSize(1);
    assertThat(workers.get(0).path("worker_type").asString("")).isEqualTo("k8s");
    return workers.get(0);
  }

  /** What all workers report of a device, by their type. */
  Map<String, JsonNode> tasks(Enrolled device) throws IOException, InterruptedException {
    Reply reply = http.get(device.path());
    assertThat(reply.status()).isEqualTo(200);
    return reply
        .body()
        .path("workers")
        .valueStream()
        .collect(Collectors.toMap(task -> task.path("worker_type").asString(""), task -> task));
  }

  /** The details that one worker reports for the device. */
  JsonNode details(Enrolled device, String worker) throws IOException, InterruptedException {
    return Objects.requireNonNull(tasks(device).get(worker), worker).path("state_details");
  }

  /** How each of the workers stands with a device, by their type. */
  Map<String, String> states(Enrolled device) throws IOException, InterruptedException {
    return tasks(device).entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, task -> task.getValue().path("state").asString("")));
  }

  /** Waits until exactly these workers serve a device and all of them are STEADY. */
  void awaitSteady(Enrolled device, Set<String> workers, Duration atMost) {
    await()
        .atMost(atMost)
        .untilAsserted(() ->
            assertThat(states(device))
                .containsOnlyKeys(workers)
                .allSatisfy((worker, state) -> assertThat(state).isEqualTo("STEADY")));
  }

  String state(Enrolled device) throws IOException, InterruptedException {
    return task(device).path("state").asString("");
  }

  /** How many of the owner's devices are STEADY. */
  long countSteady() throws IOException, InterruptedException {
    return tasks().filter(task -> task.path("state").asString("").equals("STEADY")).count();
  }

  /** How often the owner's devices were tried, of those that are not STEADY; the most of them. */
  int mostAttempts() throws IOException, InterruptedException {
    return tasks().mapToInt(task -> task.at("/state_details/attempts").asInt(0)).max().orElse(0);
  }

  private Stream<JsonNode> tasks() throws IOException, InterruptedException {
    Reply reply = http.get(HARDWARE + "?limit=1000");
    assertThat(reply.status()).isEqualTo(200);
    return reply.body().path("hardware").valueStream().map(device -> device.at("/workers/0"));
  }

  void awaitSteady(Enrolled device, Duration atMost) {
    await()
        .atMost(atMost)
        .untilAsserted(() -> {
          JsonNode task = task(device);
          assertThat(task.path("state").asString("")).as(task::toString).isEqualTo("STEADY");
        });
  }

  @Override
  public void close() {
    http.close();
  }
}
