package doni.site;

import doni.site.http.PlainClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * The service beside a simulated site: enrolls three devices, shows how they become STEADY, and
 * tells what to try next. Ends by Ctrl-C, and leaves nothing behind.
 */
public final class Demo {

  private static final String USAGE = "Usage: ./doni demo [--port PORT]   (8001 when not given)";
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long POLL_NANOS = Duration.ofMillis(25).toNanos();

  /** A device to enroll. */
  record Sample(String name, String machine) {}

  static final List<Sample> SAMPLES =
      List.of(
          new Sample("greenhouse-pi", "raspberrypi4-64"),
          new Sample("gate-camera", "jetson-nano"),
          new Sample("lab-coral", "coral-dev"));

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
    Path directory = Files.createTempDirectory("doni-demo-");
    cleanup.addDirectory(directory);
    SimulatedSite site = cleanup.add(SimulatedSite.start());
    site.keystone().tokenLifetime(Duration.ofDays(7));
    say("starting the service, with a Postgres of its own");
    DoniProcess service =
        cleanup.add(
            DoniProcess.of(jar, directory)
                .port(port)
                .environment(site.environment(directory))
                .start());
    site.announce(service.uri());
    service.awaitReady(START);
    say("the service is ready at " + service.uri());
    String token = login(site);
    try (PlainClient doni = new PlainClient(service.uri(), Map.of("X-Auth-Token", token))) {
      enroll(site, doni);
      watch(doni);
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
              {"name": "%s", "hardware_type": "device.balena",
               "properties": {"machine_name": "%s", "contact_email": "alice@example.org"}}
              """
                  .formatted(sample.name(), sample.machine()));
      if (reply.status() != 201) {
        throw new Trouble(
            sample.name() + " was refused: " + reply.status() + " " + reply.text("/error"));
      }
      say(sample.name(), "enrolled as " + sample.machine());
      site.devices().powerOn(sample.name(), reply.text("/properties/k8s_bootstrap_token"));
    }
  }

  /** Tells every change of a task until all are STEADY. */
  private void watch(PlainClient doni) throws IOException, InterruptedException {
    Map<String, String> told = new HashMap<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode hardware = doni.get("/v1/hardware/").body().path("hardware");
      hardware.forEach(device -> tell(device, told));
      List<JsonNode> tasks =
          hardware.valueStream().flatMap(device -> device.path("workers").valueStream()).toList();
      if (tasks.size() >= SAMPLES.size() && tasks.stream().allMatch(Demo::isSteady)) {
        say("all devices are STEADY");
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new Trouble("the devices are not STEADY after " + PATIENCE.toSeconds() + " s");
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

  private static boolean isSteady(JsonNode task) {
    return task.path("state").asString("").equals("STEADY");
  }

  private void say(String device, String what) {
    say("%-14s %s".formatted(device, what));
  }

  private void say(String what) {
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.println("%6.1f s  %s".formatted(seconds, what).stripTrailing());
  }
}
