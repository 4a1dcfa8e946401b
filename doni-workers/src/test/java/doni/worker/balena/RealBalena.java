package doni.worker.balena;

import doni.worker.balena.BalenaApi.AnsweredJson;
import doni.worker.balena.BalenaWrite.DeleteDevice;
import doni.worker.balena.ODataRows.RowPath;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A running openBalena, with two fleets of the tests' own in the organization {@code admin}. Each
 * has a release with the services of a site's fleet.
 */
final class RealBalena {

  static final String URL = "DONI_TEST_BALENA_URL";

  private static final String ORGANIZATION = "admin";
  private static final String FLEET = "doni-test";
  private static final String OTHER_FLEET = "doni-test-other";
  private static final String TYPE = "raspberrypi4-64";
  private static final String STARTED = "2026-11-30T12:00:00.000Z";
  private static final String ENDED = "2026-11-30T12:05:00.000Z";

  private final BalenaProperties properties =
      BalenaFixtures.properties(
          environment(URL),
          token(),
          Map.of(TYPE, ORGANIZATION + "/" + FLEET),
          Duration.ofSeconds(10));
  private final BalenaAccount account = new BalenaAccount(properties);
  private final BalenaApi api = account.api();
  private final List<Long> fleets;

  /** Creates the fleets, unless they exist. */
  RealBalena() {
    fleets = List.of(fleet(FLEET), fleet(OTHER_FLEET));
  }

  /** Returns the API key of a user. */
  static String token() {
    return environment("DONI_TEST_BALENA_TOKEN");
  }

  private static String environment(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }

  BalenaProperties properties() {
    return properties;
  }

  BalenaAccount account() {
    return account;
  }

  /** Returns the id of the fleet in which the tests' devices belong. */
  long fleet() {
    return fleets.getFirst();
  }

  long otherFleet() {
    return fleets.getLast();
  }

  BalenaClient client(Clock clock) {
    return BalenaFixtures.client(properties, clock);
  }

  /** Deletes the devices of both fleets. */
  void clear() {
    BalenaClient client = client(Clock.systemUTC());
    for (long fleet : fleets) {
      rows("device?$select=uuid&$filter=belongs_to__application eq " + fleet)
          .forEach(device -> client.write(new DeleteDevice(device.text("uuid"))));
    }
  }

  private long fleet(String name) {
    return rows(
            "application?$select=id&$filter=slug eq "
                + ODataRows.literal(ORGANIZATION + "/" + name))
        .stream()
        .findFirst()
        .map(fleet -> fleet.id("id"))
        .orElseGet(() -> newFleet(name));
  }

  private long newFleet(String name) {
    long organization =
        rows("organization?$select=id&$filter=handle eq " + ODataRows.literal(ORGANIZATION))
            .getFirst()
            .id("id");
    long type =
        rows("device_type?$select=id&$filter=slug eq " + ODataRows.literal(TYPE))
            .getFirst()
            .id("id");
    long fleet =
        create(
            "application",
            Map.of("app_name", name, "organization", organization, "is_for__device_type", type));
    release(fleet, List.of(BalenaFixtures.SERVICE, "wireguard"));
    return fleet;
  }

  private void release(long fleet, List<String> services) {
    long release =
        create(
            "release",
            Map.of(
                "belongs_to__application",
                fleet,
                "belongs_to__user",
                api.get("/actor/v1/whoami").id("actorTypeId"),
                "commit",
                "deadbeefdeadbeefdeadbeefdeadbeef",
                "status",
                "running",
                "source",
                "cloud",
                "start_timestamp",
                STARTED,
                "composition",
                Map.of("services", Map.of())));
    for (String service : services) {
      long image =
          create(
              "image",
              Map.of(
                  "is_a_build_of__service",
                  create("service", Map.of("service_name", service, "application", fleet)),
                  "status",
                  "success",
                  "project_type",
                  "Dockerfile.template",
                  "image_size",
                  2048,
                  "start_timestamp",
                  STARTED,
                  "end_timestamp",
                  ENDED,
                  "push_timestamp",
                  ENDED));
      create("image__is_part_of__release", Map.of("image", image, "is_part_of__release", release));
    }
    api.patch(RowPath.of("release", release), Map.of("status", "success", "end_timestamp", ENDED));
  }

  private long create(String resource, Map<String, ?> row) {
    return api.post(ODataRows.ROOT + resource, row).id("id");
  }

  private List<AnsweredJson> rows(String query) {
    return api.get(ODataRows.ROOT + query).rows("d");
  }
}
