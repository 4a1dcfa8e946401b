package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.Call;
import doni.simulator.tunelo.SimulatedTunelo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** The hub of 500 channels is lost in Tunelo, and the service finds it out by itself. */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HubLossIT {

  private static final int DEVICES = 500;
  private static final int BATCH = 10;
  private static final Duration KNOWN = Duration.ofSeconds(90);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int LISTINGS_A_MINUTE = 2;

  private final TestSite site;
  private final SimulatedTunelo tunelo;
  private final Owner owner;

  HubLossIT(SitePostgres postgres) {
    site = new TestSite("hub-loss", postgres);
    tunelo = site.backends().tunelo();
    tunelo.widenSubnet();
    site.startAndAwait("doni", Map.of("DONI_WORKERS_ENABLED", "tunelo"));
    owner = site.owner("spokes");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void isKnownOfEveryDeviceAtThePriceOfTwoListingsAMinute() throws Exception {
    enrollAll();
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(count("STEADY")).isEqualTo(DEVICES));

    Instant lost = Instant.now();
    tunelo.loseHubs();
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(knownToHaveNoHub()).isEqualTo(DEVICES));
    Duration took = Duration.between(lost, Instant.now());
    await().atMost(KNOWN.multipliedBy(2)).until(() -> Instant.now().isAfter(lost.plus(KNOWN)));

    List<Instant> listings = listingsSince(lost);
    System.out.printf(
        "Hub lost: %d devices known after %.1f s, %d listings in %d s%n",
        DEVICES, took.toMillis() / 1_000.0, listings.size(), KNOWN.toSeconds());
    assertThat(took).isLessThanOrEqualTo(KNOWN);
    assertThat(mostInAMinute(listings))
        .as(listings.toString())
        .isLessThanOrEqualTo(LISTINGS_A_MINUTE);
  }

  private void enrollAll() throws Exception {
    for (int first = 0; first < DEVICES; first += BATCH) {
      String rows =
          IntStream.range(first, first + BATCH)
              .mapToObj(HubLossIT::enrollment)
              .map(enrollment -> enrollment.strip().replaceAll("\\s*\\n\\s*", " "))
              .collect(Collectors.joining("\n"));
      JsonNode answer =
          owner.http().send("POST", "/v1/hardware:import", "application/x-ndjson", rows).body();
      assertThat(answer.path("rows").valueStream())
          .hasSize(BATCH)
          .allSatisfy(row -> assertThat(row.path("outcome").asString("")).isEqualTo("created"));
    }
  }

  private static String enrollment(int number) {
    return """
    {"name": "spoke-%d", "hardware_type": "device.balena", "properties": {
      "machine_name": "%s", "contact_email": "a@example.org",
      "channels": {"user": {"channel_type": "wireguard", "public_key": "%s"}}}}
    """
        .formatted(number, Owner.RASPBERRY, WholeSite.key(number + 1));
  }

  private long count(String state) throws Exception {
    return tasks().stream().filter(task -> task.path("state").asString("").equals(state)).count();
  }

  private long knownToHaveNoHub() throws Exception {
    return tasks().stream()
        .filter(task -> !task.path("state").asString("").equals("STEADY"))
        .filter(task -> task.path("state_details").toString().matches(".*\\bhub\\b.*"))
        .count();
  }

  private List<JsonNode> tasks() throws Exception {
    return owner
        .http()
        .get(Owner.HARDWARE + "?limit=1000")
        .body()
        .path("hardware")
        .valueStream()
        .map(device -> device.at("/workers/0"))
        .toList();
  }

  private List<Instant> listingsSince(Instant time) {
    return tunelo.calls().matching("GET", "/channels").stream()
        .map(Call::at)
        .filter(time::isBefore)
        .sorted()
        .toList();
  }

  private static long mostInAMinute(List<Instant> listings) {
    return listings.stream()
        .mapToLong(begin ->
            listings.stream()
                .filter(at -> !at.isBefore(begin) && at.isBefore(begin.plusSeconds(60)))
                .count())
        .max()
        .orElse(0);
  }
}
