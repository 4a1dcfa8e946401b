package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.PlainClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What happens can be followed while it happens, and after a break without a gap. */
@ExtendWith(SharedSite.class)
class EventStreamIT {

  private final TestSite site;
  private final String admin;
  private final Owner owner;

  EventStreamIT(TestSite site) {
    this.site = site;
    site.keystone().addUser("onlooker", "onlooker-proj", "admin");
    this.admin = site.keystone().token("onlooker");
    this.owner = site.owner("watched");
  }

  @Test
  void tellsWhatHappensAndGoesOnAfterABreak() throws Exception {
    Enrolled device;
    String last;
    try (Stream stream = new Stream("/v1/events", admin, null)) {
      device = owner.enroll("watched-pi");
      Told created = stream.awaitTold("hardware.created", device.uuid());
      assertThat(created.data().path("user_id").asString("")).isNotEmpty();
      last = created.id();
    }

    owner.sync(device);
    owner.delete(device);

    try (Stream stream = new Stream("/v1/events", admin, last)) {
      stream.awaitTold("hardware.deleted", device.uuid());
      assertThat(stream.told(device.uuid()))
          .extracting(Told::kind)
          .contains("hardware.synced")
          .doesNotContain("hardware.created");
    }
  }

  @Test
  void streamsTheEventsOfAProjectToItsOwners() throws Exception {
    Enrolled first = owner.enroll("first-pi");
    String events = "/v1/events?project_id=" + owner.http().get(first.path()).text("/project_id");
    Owner stranger = site.owner("stranger");

    try (Stream stream = new Stream(events, site.keystone().token("watched"), null)) {
      Enrolled other = stranger.enroll("stranger-pi");
      Enrolled device = owner.enroll("owned-pi");
      stream.awaitTold("hardware.created", device.uuid());
      owner.delete(device);
      stream.awaitTold("hardware.deleted", device.uuid());
      assertThat(stream.told(other.uuid())).isEmpty();
    }
    assertThat(owner.http().get(events + "&kind=hardware.deleted").text("/events/0/kind"))
        .isEqualTo("hardware.deleted");
    assertThat(stranger.http().get(events).status()).isEqualTo(403);
    assertThat(open(events, site.keystone().token("stranger"), null).statusCode()).isEqualTo(403);
  }

  @Test
  void streamsTheEventsOfADeviceToThoseWhoMayReadIt() throws Exception {
    Enrolled device = owner.enroll("followed-pi");
    Enrolled other = owner.enroll("other-pi");
    String events = "/v1/hardware/followed-pi/events";
    String last;

    try (Stream stream = new Stream(events, site.keystone().token("watched"), null)) {
      owner.sync(other);
      owner.sync(device);
      last = stream.awaitTold("hardware.synced", device.uuid()).id();
      assertThat(stream.told(other.uuid())).isEmpty();
    }
    owner.sync(device);
    try (Stream stream = new Stream(events, site.keystone().token("watched"), last)) {
      stream.awaitTold("hardware.synced", device.uuid());
    }
    site.owner("passer-by");
    assertThat(open(events, site.keystone().token("passer-by"), null).statusCode()).isEqualTo(403);
    assertThat(open(events + "?limit=1", site.keystone().token("watched"), null).statusCode())
        .isEqualTo(400);
    assertThat(
            open("/v1/hardware/none/events", site.keystone().token("watched"), null).statusCode())
        .isEqualTo(404);
  }

  @Test
  void listsWhatHappenedToAllDevices() throws Exception {
    Enrolled device = owner.enroll("listed-pi");
    try (PlainClient http = new PlainClient(site.service().uri(), Map.of("X-Auth-Token", admin))) {
      JsonNode page =
          http.get("/v1/events?kind=hardware.created&limit=1&hardware=" + device.uuid()).body();
      assertThat(page.at("/events/0/hardware_uuid").asString(""))
          .isEqualTo(device.uuid().toString());
      assertThat(page.at("/links/0/href").asString(""))
          .contains("/v1/events?limit=1&before=", "kind=hardware.created");
    }
  }

  @Test
  void refusesWhoMayNotSeeEveryProjectAndWhatIsNoPosition() throws Exception {
    assertThat(owner.http().get("/v1/events").status()).isEqualTo(403);
    assertThat(open("/v1/events", owner("onlooker-2", "member"), null).statusCode()).isEqualTo(403);
    HttpResponse<InputStream> refused = open("/v1/events", admin, "yesterday");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(new String(refused.body().readAllBytes(), StandardCharsets.UTF_8))
        .contains("Last-Event-ID");
  }

  private String owner(String name, String role) {
    site.keystone().addUser(name, name + "-proj", role);
    return site.keystone().token(name);
  }

  private HttpResponse<InputStream> open(String path, String token, @Nullable String last)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(site.service().uri().resolve(path))
            .header("X-Auth-Token", token)
            .header("Accept", "text/event-stream");
    if (last != null) {
      request.header("Last-Event-ID", last);
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofInputStream());
  }

  private record Told(String id, String kind, JsonNode data) {
    UUID hardware() {
      return UUID.fromString(data.path("hardware_uuid").asString(""));
    }
  }

  /** Reads a stream as the specification says, as far as the service makes use of it. */
  private final class Stream implements AutoCloseable {
    private final List<Told> told = new CopyOnWriteArrayList<>();
    private final InputStream body;

    Stream(String path, String token, @Nullable String last) throws Exception {
      HttpResponse<InputStream> response = open(path, token, last);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      body = response.body();
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      String id = "";
      String kind = "";
      try (var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("id: ")) {
            id = line.substring(4);
          } else if (line.startsWith("event: ")) {
            kind = line.substring(7);
          } else if (line.startsWith("data: ")) {
            told.add(new Told(id, kind, JsonMapper.shared().readTree(line.substring(6))));
          }
        }
      } catch (IOException e) {
        // Closed by the test.
      }
    }

    List<Told> told(UUID hardware) {
      return told.stream().filter(one -> one.hardware().equals(hardware)).toList();
    }

    Told awaitTold(String kind, UUID hardware) {
      return await()
          .until(
              () -> told(hardware).stream().filter(one -> one.kind().equals(kind)).findFirst(),
              Optional::isPresent)
          .orElseThrow();
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }
}
