package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.SimulatedSite;
import doni.simulator.http.Fault;
import doni.simulator.http.Faults.Injected;
import doni.simulator.http.PlainClient.Reply;
import doni.system.WayToReadyFault.Described;
import doni.system.WayToReadyFault.Repair;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Faults at the places of a device's way to Ready: the command {@code describe} names each within a
 * minute, with advice for the person who can end it; and afterwards the device becomes Ready.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WayToReadyFaultsIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(500);

  /** Time for one look at a fault whose time is over; what it says is then measured. */
  private static final Duration LEAST = Duration.ofSeconds(5);

  private static final Path LAUNCHER =
      Path.of(System.getProperty("doni.launcher")).toAbsolutePath().normalize();

  private static final String OPERATOR = "the site's operator";

  private final TestSite site;
  private final SimulatedSite backends;
  private final Owner owner;
  private final String token;
  private final AtomicInteger hosts = new AtomicInteger(20);
  private final List<Described> described = new ArrayList<>();
  private final List<WayToReadyFault> faults = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  WayToReadyFaultsIT(SitePostgres postgres) {
    site = new TestSite("way-to-ready", postgres);
    backends = site.backends();
    site.startWithAllWorkers("doni", Map.of("DONI_AVAILABILITY_STABLE_FOR", "1s"));
    owner = site.owner("field");
    token = site.keystone().token("field");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void namesEachFaultWithTheRightAdvice() throws Throwable {
    Enrolled quota = booted(enroll("tunelo-quota", ""));
    Enrolled refused = booted(enroll("tunelo-refuses", ""));
    Enrolled offline = booted(enroll("k8s-down", channels(key())));
    Enrolled forbidden = booted(enroll("k8s-forbids", channels(key())));

    faultsOfDevices();
    endFaults();
    outages(quota, offline);
    endFaults();
    refusals(refused, forbidden);
    endFaults();

    String table =
        "| place | fault | `describe` says | next | s |\n| --- | --- | --- | --- | --- |\n"
            + String.join("\n", described.stream().map(Described::row).toList());
    System.out.println(table);
    assertThat(failures).isEmpty();
    assertThat(described).hasSizeGreaterThanOrEqualTo(12);
  }

  /** Faults that have no effect on other devices. */
  private void faultsOfDevices() throws Exception {
    Enrolled unpowered = enroll("never-powered", channels(key()));
    fault(
        "power",
        "never switched on",
        unpowered,
        "booted +current",
        "never contacted Balena",
        "config.json",
        () -> join(booted(unpowered)));

    Enrolled keyless = booted(enroll("sends-no-key", ""));
    fault(
        "coordinator",
        "sends no key",
        keyless,
        "tunnel_up +current",
        "has not sent its WireGuard key",
        "its coordinator runs",
        () -> {
          setChannels(keyless, key());
          join(keyless);
        });

    Enrolled wrongKey = booted(enroll("sends-half-a-key", channels("c2hvcnQ=")));
    fault(
        "channel",
        "its key is too short",
        wrongKey,
        "tunnel_up +current",
        "public_key must be 32 bytes",
        "the owner corrects the property",
        () -> {
          setChannels(wrongKey, key());
          join(wrongKey);
        });

    Enrolled absent = booted(enroll("never-joins", channels(key())));
    fault(
        "k3s agent",
        "never joins",
        absent,
        "node_joined +current",
        "has not joined the cluster",
        "its bootstrap token",
        () -> join(absent));

    Enrolled misnamed = booted(enroll("joins-misnamed", channels(key())));
    backends.kubernetes().addNode("raspberrypi");
    fault(
        "k3s agent",
        "joins under another name",
        misnamed,
        "node_joined +current",
        "has not joined the cluster",
        "joins as '" + misnamed.nodeName() + "'",
        () -> join(misnamed));

    Enrolled notReady = booted(enroll("not-ready", channels(key())));
    backends.kubernetes().addNode(notReady.name());
    backends.kubernetes().setReady(notReady.nodeName(), "Unknown");
    fault(
        "kubelet",
        "Node NotReady",
        notReady,
        "node_joined +current",
        "Node is not ready",
        "check that the device is on",
        () -> join(notReady));

    Enrolled silent = host("silent-bmc", address -> backends.ironic().bmcAnswers(address, false));
    String bmc = address(hosts.get());
    fault(
        "BMC",
        "does not answer",
        silent,
        "verified +current",
        "cannot log in to the host's management controller",
        "check management_address",
        () -> backends.ironic().bmcAnswers(bmc, true));

    Enrolled moved = registered(enroll("other-fleet", channels(key())));
    // Nothing was released for this fleet.
    long fleet = backends.balena().addFleet("site", "stray", Owner.RASPBERRY);
    backends.balena().moveDevice(WholeSite.balenaUuid(moved), fleet);
    owner.sync(moved);
    fault(
        "Balena",
        "device in another fleet",
        moved,
        "booted +current|Problem of balena",
        "device is in fleet",
        OPERATOR,
        () -> {
          owner.delete(moved);
        });
  }

  /** Backends that are down or have no room. */
  private void outages(Enrolled quota, Enrolled offline) throws Exception {
    backends.tunelo().quotaUsedUp(true);
    setChannels(quota, key());
    fault(
        "Tunelo",
        "no address left in the subnet",
        quota,
        "tunnel_up +current",
        "free addresses of the subnet",
        OPERATOR,
        () -> {
          backends.tunelo().quotaUsedUp(false);
          join(quota);
        });

    Injected blazarDown = backends.blazar().faults().add(Fault.everywhere().answering(503, ""));
    Enrolled host = host("blazar-down", _ -> {});
    fault("Blazar", "down", host, "reservable +current", "blazar", OPERATOR, blazarDown::clear);

    backends.kubernetes().stop();
    owner.sync(offline);
    fault(
        "Kubernetes",
        "API server down",
        offline,
        "node_joined +current",
        "kubernetes",
        OPERATOR,
        () -> {
          backends.kubernetes().start();
          join(offline);
        });
  }

  /** Backends that refuse Doni's credentials, and one that is down. */
  private void refusals(Enrolled refused, Enrolled forbidden) throws Exception {
    Injected tunelo = backends.tunelo().faults().add(Fault.everywhere().answering(401, ""));
    setChannels(refused, key());
    fault(
        "Tunelo",
        "refuses Doni's credentials",
        refused,
        "tunnel_up +current",
        "401",
        OPERATOR + " gives Doni the credentials",
        () -> {
          tunelo.clear();
          join(refused);
        });

    backends.kubernetes().revoke("patch", "nodes");
    join(forbidden);
    fault(
        "Kubernetes",
        "Doni may not patch Nodes",
        forbidden,
        "node_joined +current|Problem of k8s",
        "403",
        OPERATOR + " gives Doni the credentials",
        () -> backends.kubernetes().grant("patch", "nodes"));

    Injected ironic = backends.ironic().faults().add(Fault.everywhere().answering(503, ""));
    Enrolled host = host("ironic-down", _ -> {});
    fault("Ironic", "down", host, "verified +current", "ironic", OPERATOR, ironic::clear);

    Injected balena = backends.balena().faults().add(Fault.everywhere().answering(401, ""));
    Enrolled unregistered = enroll("balena-refuses", channels(key()));
    fault(
        "Balena",
        "rejects the API token",
        unregistered,
        "registered +current",
        "Balena rejected the token",
        OPERATOR,
        () -> {
          balena.clear();
          join(booted(unregistered));
        });
  }

  private void fault(
      String place,
      String what,
      Enrolled device,
      String at,
      String reason,
      String advice,
      Repair repair) {
    faults.add(new WayToReadyFault(place, what, device, at, reason, advice, repair, Instant.now()));
  }

  /** Describes all devices until each fault is named, then repairs and awaits all of them. */
  private void endFaults() throws Throwable {
    for (WayToReadyFault fault : faults) {
      Duration left = LIMIT.minus(Duration.between(fault.since(), Instant.now()));
      check(() ->
          await()
              .atMost(left.compareTo(LEAST) > 0 ? left : LEAST)
              .pollInterval(POLL)
              .pollDelay(Duration.ZERO)
              .untilAsserted(() -> described.add(fault.find(describe(fault.device())))));
    }
    for (WayToReadyFault fault : faults) {
      fault.repair().run();
    }
    for (WayToReadyFault fault : faults) {
      check(() -> awaitReady(fault.device()));
    }
    faults.clear();
  }

  /** Goes on after a failure, so that one run shows all of them. */
  private void check(ThrowingRunnable step) throws Throwable {
    try {
      step.run();
    } catch (ConditionTimeoutException e) {
      failures.add(String.valueOf(e.getMessage()));
    }
  }

  private void awaitReady(Enrolled device) throws Exception {
    if (owner.http().get(device.path()).status() == 404) {
      return;
    }
    owner.sync(device);
    await()
        .atMost(READY)
        .untilAsserted(() -> {
          JsonNode readiness = readiness(device);
          assertThat(readiness.path("ready").asBoolean(false)).as("%s", readiness).isTrue();
          assertThat(readiness.path("problems")).isEmpty();
        });
  }

  private JsonNode readiness(Enrolled device) throws Exception {
    return owner.http().get(device.path() + "readiness").body();
  }

  private String describe(Enrolled device) throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(LAUNCHER.toString(), "describe", device.name())
            .redirectErrorStream(true);
    command.environment().put("JAVA_HOME", System.getProperty("java.home"));
    command.environment().put("DONI_URL", site.service().uri().toString());
    command.environment().put("OS_TOKEN", token);
    Process process = command.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  private Enrolled enroll(String name, String channels) throws Exception {
    return WholeSite.enroll(
        owner,
        """
        {"name": "%s", "hardware_type": "device.balena", "properties": {
          "machine_name": "%s", "contact_email": "a@example.org",
          "application_credential_id": "credential-of-%s", "application_credential_secret": "s3cret"%s}}
        """
            .formatted(name, Owner.RASPBERRY, name, channels));
  }

  private Enrolled host(String name, Consumer<String> machine) throws Exception {
    int number = hosts.incrementAndGet();
    machine.accept(address(number));
    return WholeSite.enroll(
        owner,
        WholeSite.host(name, "s3cret")
            .replace("192.0.2.10", address(number))
            .replace(WholeSite.MAC, "52:54:00:aa:01:" + number));
  }

  private static String address(int host) {
    return "192.0.2." + host;
  }

  private Enrolled registered(Enrolled device) {
    awaitStep(device, () -> isReached(device, "registered"));
    return device;
  }

  /** A machine that has its config.json and power: it contacts Balena. */
  private Enrolled booted(Enrolled device) throws Exception {
    registered(device);
    boot(device);
    owner.sync(device);
    awaitStep(device, () -> isReached(device, "booted"));
    return device;
  }

  private void boot(Enrolled device) {
    backends
        .balena()
        .changeDevice(
            WholeSite.balenaUuid(device),
            JsonNodeFactory.instance
                .objectNode()
                .put("is_online", true)
                .put("last_connectivity_event", Instant.now().toString()));
  }

  private void join(Enrolled device) {
    if (backends.kubernetes().node(device.nodeName()).isEmpty()) {
      backends.kubernetes().addNode(device.name());
    }
    backends.kubernetes().setReady(device.nodeName(), "True");
  }

  private void awaitStep(Enrolled device, ThrowingRunnable reached) {
    await(device.name()).atMost(LIMIT).untilAsserted(reached);
  }

  private void isReached(Enrolled device, String step) throws Exception {
    JsonNode readiness = readiness(device);
    assertThat(readiness.path("steps").valueStream())
        .as("%s", readiness)
        .anyMatch(one ->
            one.path("step").asString("").equals(step)
                && one.path("status").asString("").equals("reached"));
  }

  private void setChannels(Enrolled device, String key) throws Exception {
    Reply reply =
        owner
            .http()
            .patch(
                device.path(),
                "application/json-patch+json",
                """
                [{"op": "add", "path": "/properties/channels",
                  "value": {"user": {"channel_type": "wireguard", "public_key": "%s"}}}]
                """
                    .formatted(key));
    assertThat(reply.status()).as(reply.text("/error")).isEqualTo(200);
  }

  private static String channels(String key) {
    return ", \"channels\": {\"user\": {\"channel_type\": \"wireguard\", \"public_key\": \"%s\"}}"
        .formatted(key);
  }

  private static String key() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }
}
