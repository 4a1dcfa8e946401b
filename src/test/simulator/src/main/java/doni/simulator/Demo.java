package doni.simulator;

import doni.simulator.http.PlainClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * The service beside a simulated site: enrolls four devices and a bare-metal host, shows how they
 * become STEADY with all workers, that one is stuck and why, and that one goes offline and comes
 * back, and tells what to try next. Ends by Ctrl-C, and leaves nothing behind.
 */
public final class Demo {

  private static final String USAGE = "Usage: ./doni demo [--port PORT]   (8001 when not given)";
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Loses its power for a while. */
  private static final String OFFLINE = "gate-camera";

  /** Whose machine type is unknown to the Balena of this site. */
  private static final String STUCK = "attic-pi";

  private static final long POLL_NANOS = Duration.ofMillis(25).toNanos();

  /** Something to enroll. */
  record Sample(String name, String type, String what, String properties) {

    static Sample device(String name, String machine) {
      return new Sample(
          name,
          "device.balena",
          machine,
          """
          {"machine_name": "%s", "contact_email": "alice@example.org",
           "application_credential_id": "an-id", "application_credential_secret": "%s",
           "channels": {"user": {"channel_type": "wireguard", "public_key": "%s"}}}
          """
              .formatted(machine, randomText(), randomText()));
    }

    static Sample host(String name) {
      return new Sample(
          name,
          "baremetal",
          "bare-metal host",
          """
          {"management_address": "192.0.2.10", "ipmi_username": "admin", "ipmi_password": "%s", "cpu_arch": "x86_64",
           "interfaces": [{"name": "eno1", "mac_address": "52:54:00:aa:00:01"}]}
          """
              .formatted(randomText()));
    }

    boolean isDevice() {
      return type.equals("device.balena");
    }

    /** A secret, or a key of WireGuard. */
    private static String randomText() {
      byte[] key = new byte[32];
      new SecureRandom().nextBytes(key);
      return Base64.getEncoder().encodeToString(key);
    }
  }

  static final List<Sample> SAMPLES =
      List.of(
          Sample.device("greenhouse-pi", "raspberrypi4-64"),
          Sample.device("gate-camera", "jetson-nano"),
          Sample.device("lab-pi", "raspberrypi3-64"),
          Sample.device(STUCK, "raspberrypi5"),
          Sample.host("rack-server"));

  /** Ends the demo with a line for the user. */
  private static final class Trouble extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Trouble(String message) {
      super(message, null, false, false);
    }
  }

  private final long began = System.nanoTime();
  private final Cleanup cleanup;
  private final int port;

  private Demo(Cleanup cleanup, int port) {
    this.cleanup = cleanup;
    this.port = port;
  }

  public static void main(String[] args) {
    List<String> arguments = List.of(args);
    if (arguments.equals(List.of("--help")) || arguments.equals(List.of("-h"))) {
      System.out.println(USAGE);
      return;
    }
    Cleanup cleanup = new Cleanup();
    cleanup.onExit();
    try {
      new Demo(cleanup, port(arguments)).run();
    } catch (Trouble | IllegalStateException | IOException e) {
      if (!cleanup.isClosing()) {
        System.err.println("doni demo: " + e.getMessage());
        System.exit(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int port(List<String> arguments) {
    if (arguments.isEmpty()) {
      return 8001;
    }
    boolean understood =
        arguments.size() == 2
            && arguments.getFirst().equals("--port")
            && arguments.getLast().matches("[1-9]\\d{0,4}")
            && Integer.parseInt(arguments.getLast()) < 65536;
    if (!understood) {
      throw new Trouble("cannot understand " + String.join(" ", arguments) + "\n" + USAGE);
    }
    return Integer.parseInt(arguments.getLast());
  }

  private void run() throws IOException, InterruptedException {
    requireFreePort();
    Path jar = Path.of(System.getProperty("doni.jar", "doni-api/target/doni.jar"));
    if (!Files.exists(jar)) {
      throw new Trouble("the service is not built (" + jar + "); start the demo by ./doni demo");
    }
    Path directory = cleanup.temporaryDirectory("doni-demo-");
    SimulatedSite site = cleanup.open(SimulatedSite::start);
    site.keystone().tokenLifetime(Duration.ofDays(7));
    say("starting the service, with a Postgres of its own");
    DoniProcess service =
        cleanup.open(
            DoniProcess.of(jar, directory)
                    .port(port)
                    .environment(site.environmentOfAllWorkers(directory))
                    // So that a device that comes back is shown as online while one looks.
                    .environment("DONI_AVAILABILITY_STABLE_FOR", "3s")
                ::start);
    site.announce(service.uri());
    service.awaitReady(START);
    say("the service is ready at " + service.uri());
    site.keystone().addUser("reader", "alice-proj", "reader");
    String token = login(site);
    try (PlainClient doni = new PlainClient(service.uri(), Map.of("X-Auth-Token", token))) {
      enroll(site, doni);
      watch(doni);
      explain(doni);
      loseAndFind(site, doni);
    }
    NextSteps.print(site, service, token);
    int code = service.awaitEnd(Duration.ofDays(365));
    throw new Trouble("the service ended with " + code);
  }

  private void requireFreePort() {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      socket.setReuseAddress(true);
    } catch (IOException e) {
      throw new Trouble(
          "port " + port + " of 127.0.0.1 is taken; free it, or choose another one by --port");
    }
  }

  private static String login(SimulatedSite site) throws IOException, InterruptedException {
    String login =
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user":
          {"name": "alice", "domain": {"name": "Default"}, "password": "%s"}}},
         "scope": {"project": {"name": "alice-proj", "domain": {"name": "Default"}}}}}
        """
            .formatted(site.keystone().user("alice").password());
    try (PlainClient keystone = new PlainClient(site.keystone().authUrl(), Map.of())) {
      return keystone.post("/auth/tokens", login).headers().getOrDefault("x-subject-token", "");
    }
  }

  private void enroll(SimulatedSite site, PlainClient doni)
      throws IOException, InterruptedException {
    for (Sample sample : SAMPLES) {
      PlainClient.Reply reply =
          doni.post(
              "/v1/hardware/",
              """
              {"name": "%s", "hardware_type": "%s", "properties": %s}
              """
                  .formatted(sample.name(), sample.type(), sample.properties()));
      if (reply.status() != 201) {
        throw new Trouble(
            sample.name() + " was refused: " + reply.status() + " " + reply.text("/error"));
      }
      say(sample.name(), "enrolled as " + sample.what());
      if (sample.isDevice() && !sample.name().equals(STUCK)) {
        site.devices().powerOnWithBalena(sample.name(), reply.text("/uuid").replace("-", ""));
      }
    }
  }

  /** Tells every change of a task until all are STEADY. */
  private void watch(PlainClient doni) throws IOException, InterruptedException {
    Map<String, String> told = new HashMap<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode hardware = doni.get("/v1/hardware/").body().path("hardware");
      hardware.forEach(device -> tell(device, told));
      if (hardware.size() == SAMPLES.size()
          && hardware
              .valueStream()
              .allMatch(device ->
                  isStuck(device) ? hasFailed(device) : steady(device) == workers(device))) {
        hardware
            .valueStream()
            .filter(device -> !isStuck(device))
            .forEach(device ->
                say(
                    device.path("name").asString(""),
                    "%d/%d workers STEADY".formatted(steady(device), workers(device))));
        say("all hardware but " + STUCK + " is STEADY");
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new Trouble("not everything is STEADY after " + PATIENCE.toSeconds() + " s");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void tell(JsonNode device, Map<String, String> told) {
    String name = device.path("name").asString("");
    for (JsonNode task : device.path("workers")) {
      String worker = task.path("worker_type").asString("");
      JsonNode details = task.path("state_details");
      String reason =
          details.path("defer_reason").asString(details.path("last_error").asString(""));
      String state = task.path("state").asString("");
      String line = worker + "  " + state + (reason.isEmpty() ? "" : "  (" + reason + ")");
      if (!line.equals(told.put(name + " " + worker, line))) {
        say(name, line);
      }
    }
  }

  /** Tells why the device is stuck that cannot become Ready. */
  private void explain(PlainClient doni) throws IOException, InterruptedException {
    doni.get("/v1/hardware/" + STUCK + "/readiness")
        .body()
        .path("steps")
        .valueStream()
        .filter(step -> step.path("status").asString("").equals("current"))
        .forEach(step -> {
          say(
              STUCK,
              "is stuck before the step %s: %s"
                  .formatted(step.path("step").asString(""), step.path("reason").asString("")));
          say(STUCK, "next: " + step.path("advice").asString(""));
        });
  }

  /** Switches a device off and on, and tells what the service says of it. */
  private void loseAndFind(SimulatedSite site, PlainClient doni)
      throws IOException, InterruptedException {
    say(OFFLINE, "loses its power");
    boolean _ = site.devices().powerOff(OFFLINE);
    awaitAvailability(doni, "offline");
    say(OFFLINE, "has its power back");
    boolean _ = site.devices().powerOnAgain(OFFLINE);
    awaitAvailability(doni, "online");
  }

  private void awaitAvailability(PlainClient doni, String status)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode availability =
          doni.get("/v1/hardware/" + OFFLINE).body().path("device_availability");
      if (availability.path("status").asString("").equals(status)) {
        String reason = availability.path("reason").asString("");
        say(OFFLINE, "is " + status + (reason.isEmpty() ? "" : "  (" + reason + ")"));
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new Trouble(
            "%s is not %s after %d s".formatted(OFFLINE, status, PATIENCE.toSeconds()));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static boolean isStuck(JsonNode device) {
    return device.path("name").asString("").equals(STUCK);
  }

  private static boolean hasFailed(JsonNode device) {
    return device
        .path("workers")
        .valueStream()
        .anyMatch(task -> task.path("state").asString("").equals("ERROR"));
  }

  private static long steady(JsonNode device) {
    return device
        .path("workers")
        .valueStream()
        .filter(task -> task.path("state").asString("").equals("STEADY"))
        .count();
  }

  private static long workers(JsonNode device) {
    return device.path("workers").size();
  }

  private void say(String device, String what) {
    say("%-14s %s".formatted(device, what));
  }

  private void say(String what) {
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.println("%6.1f s  %s".formatted(seconds, what).stripTrailing());
  }
}
