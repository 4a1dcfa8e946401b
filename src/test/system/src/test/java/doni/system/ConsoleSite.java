package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.http.PlainClient;
import doni.simulator.http.PlainClient.Reply;
import doni.simulator.keystone.ApplicationCredential;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;

/** Two replicas of the service with all workers, and devices that show what a page can show. */
final class ConsoleSite implements AutoCloseable {

  static final String OWNER = "alice";
  static final String ADMIN = "admin";

  private static final Duration SOON = Duration.ofSeconds(60);

  private static final Map<String, String> SETTINGS =
      Map.of(
          "DONI_AVAILABILITY_STABLE_FOR",
          "1s",
          // Which pages there are is asked of the service, and not of its source.
          "MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE",
          "health,mappings");

  private final TestSite site;
  private final Owner owner;
  private final Owner admin;
  private final DoniProcess two;
  private final Enrolled shown;
  private final String run;
  private DoniProcess one;

  /** Starts the site, with devices in many states. */
  ConsoleSite(SitePostgres postgres) throws Exception {
    site = new TestSite("console", postgres);
    try {
      site.kubernetes().grant("delete", "nodes");
      CompletableFuture<DoniProcess> second =
          CompletableFuture.supplyAsync(() -> site.startWithAllWorkers("two", SETTINGS));
      one = site.startWithAllWorkers("one", SETTINGS);
      two = second.join();
      site.backends().announce(two.uri());
      owner = site.at(two, site.keystone().token(OWNER));
      admin = site.at(two, site.keystone().token(ADMIN));
      shown = enroll("greenhouse-pi", Owner.RASPBERRY);
      run = populated();
    } catch (Exception | AssertionError e) {
      site.close();
      throw e;
    }
  }

  /** Returns the id of a resync run. */
  private String populated() throws Exception {
    label(shown, "greenhouse", "r11");
    Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
    makeAvailable(shown, today.plus(2, ChronoUnit.DAYS));
    makeAvailable(shown, today.plus(9, ChronoUnit.DAYS));
    Enrolled camera = enroll("gate-camera", Owner.JETSON);
    label(camera, "gate", "r12");
    Enrolled away = enroll("barn-pi", Owner.RASPBERRY);
    Enrolled broken = enroll("silo-pi", Owner.RASPBERRY);
    Enrolled host = WholeSite.enroll(owner, WholeSite.host("rack-server", "s3cret"));
    List<Enrolled> running = List.of(shown, camera, away, broken);
    running.forEach(this::powerOn);
    Enrolled _ = enroll("roof-pi", "raspberrypi3-64");
    for (Enrolled device : running) {
      owner.awaitSteady(device, WholeSite.OF_A_DEVICE, SOON);
    }
    owner.awaitSteady(host, WholeSite.OF_A_HOST, SOON);
    site.backends().devices().powerOff(away.name());
    Reply reply =
        admin.http().post(broken.path() + "quarantine", "{\"reason\": \"relay board replaced\"}");
    assertThat(reply.status()).as(reply.text("/error")).isEqualTo(200);
    String begun = admin.http().post("/v1/hardware/sync", "{}").text("/uuid");
    await().atMost(SOON).until(() -> availability(away).equals("offline"));
    return begun;
  }

  /** The id of a resync run. */
  String run() {
    return run;
  }

  Enrolled shown() {
    return shown;
  }

  URI one() {
    return one.uri();
  }

  URI two() {
    return two.uri();
  }

  /** A client of the second replica, whose changes the first one must show. */
  Owner owner() {
    return owner;
  }

  String password(String user) {
    return site.keystone().user(user).password();
  }

  /** Enrolls a device that nothing has switched on. */
  Enrolled enroll(String name, String machine) throws Exception {
    return WholeSite.enroll(
        owner,
        WholeSite.device(name, "s3cret", "")
            .replace(Owner.RASPBERRY, machine)
            .replace(WholeSite.KEY, key())
            .replace(WholeSite.OTHER_KEY, key()));
  }

  /** Returns a WireGuard key that no other device has. */
  private static String key() {
    byte[] key = new byte[32];
    ThreadLocalRandom.current().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  /** Makes a login of the owner for a machine. */
  ApplicationCredential credential(String name) {
    return site.keystone().addApplicationCredential(OWNER, name);
  }

  /** Switches a machine on that has this {@code config.json} on its boot partition. */
  void boot(String config) throws Exception {
    try (PlainClient machines = new PlainClient(site.backends().machines().uri(), Map.of())) {
      Reply reply = machines.post("/machines", config);
      assertThat(reply.status()).as(reply.text("/error")).isEqualTo(200);
    }
  }

  private void powerOn(Enrolled device) {
    site.backends().devices().powerOnWithBalena(device.name(), WholeSite.balenaUuid(device));
  }

  void label(Enrolled device, String place, String rack) throws Exception {
    patch(
        device,
        "/labels",
        """
        {"place": "%s", "rack": "%s"}
        """
            .formatted(place, rack));
  }

  private void makeAvailable(Enrolled device, Instant start) throws Exception {
    patch(
        device,
        "/availability/-",
        """
        {"start": "%s", "end": "%s"}
        """
            .formatted(start, start.plus(3, ChronoUnit.DAYS)));
  }

  private void patch(Enrolled device, String path, String value) throws Exception {
    Reply reply =
        owner
            .http()
            .patch(
                device.path(),
                "application/json-patch+json",
                """
                [{"op": "add", "path": "%s", "value": %s}]
                """
                    .formatted(path, value));
    assertThat(reply.status()).as(reply.text("/error")).isEqualTo(200);
  }

  /** Stops the first replica, and starts another process in its place. */
  void restart() {
    int _ = one.stop(SOON);
    one = site.startWithAllWorkers("one", SETTINGS);
  }

  /** The paths under {@code /console} that the service answers to a GET. */
  Set<String> mappings() throws Exception {
    Set<String> paths = new TreeSet<>();
    Map<String, String> login = Map.of("X-Auth-Token", site.keystone().token(ADMIN));
    try (PlainClient management = new PlainClient(two.managementUri(), login)) {
      for (JsonNode servlets :
          management.get("/actuator/mappings").body().findValues("dispatcherServlets")) {
        for (JsonNode mapping : servlets.path("dispatcherServlet")) {
          JsonNode conditions = mapping.at("/details/requestMappingConditions");
          boolean get =
              conditions.path("methods").isEmpty()
                  || conditions
                      .path("methods")
                      .valueStream()
                      .anyMatch(method -> method.asString("").equals("GET"));
          if (get) {
            conditions.path("patterns").forEach(pattern -> paths.add(pattern.asString("")));
          }
        }
      }
    }
    paths.removeIf(path -> !path.startsWith("/console"));
    return paths;
  }

  private String availability(Enrolled device) throws Exception {
    return owner.http().get(device.path()).text("/device_availability/status");
  }

  @Override
  public void close() {
    site.close();
  }
}
