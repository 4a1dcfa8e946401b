package doni.worker.balena;

import static doni.convergence.HardwareFixture.anEnrolledDevice;

import doni.backend.BackendGuard;
import doni.convergence.HardwareFixture;
import doni.enrollment.Secret;
import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.worker.SharedNames;
import doni.worker.balena.BalenaProperties.FleetMapping;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Enrolled devices and settings for tests. */
final class BalenaFixtures {

  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  static final String CREDENTIAL = "canary-credential-secret";
  static final String TOKEN = "abcdef.0123456789abcdef";
  static final String FLEET = "admin/edge-rpi4";
  static final String SERVICE = "coordinator";
  static final Map<String, String> MAPPING = Map.of("raspberrypi4-64", FLEET);

  private BalenaFixtures() {}

  /** Returns a Raspberry Pi with a token and an application credential. */
  static HardwareFixture aDevice() {
    return anEnrolledDevice()
        .withProperty("application_credential_id", "credential-1")
        .withProperty(SharedNames.CREDENTIAL_SECRET, new Secret(CREDENTIAL))
        .withToken(TOKEN);
  }

  /** Returns the device's UUID in Balena. */
  static String uuid(HardwareFixture device) {
    return BalenaDesiredState.uuid(device.id());
  }

  /** Returns the recorded API key; empty where there is none. */
  static String key(HardwareFixture device) {
    return device.details().get(SharedNames.BALENA_DEVICE_KEY) instanceof Secret secret
        ? secret.value()
        : "";
  }

  static BalenaProperties properties(
      String endpoint, String token, Map<String, String> fleetMapping, Duration readTimeout) {
    return new BalenaProperties(
        endpoint,
        token,
        fleetMapping,
        SERVICE,
        "",
        "",
        "",
        null,
        Duration.ofSeconds(1),
        readTimeout,
        "balena");
  }

  /** Returns a client for a server. */
  static BalenaClient client(BalenaProperties properties, Clock clock) {
    return new HttpBalenaClient(properties, fleets(properties), guard(clock), clock);
  }

  /** Returns single calls to a server. */
  static BalenaApi api(BalenaProperties properties) {
    Clock clock = Clock.systemUTC();
    return new BalenaApi(properties, guard(clock), clock);
  }

  private static BackendGuard guard(Clock clock) {
    return new BackendGuard(
        BalenaApi.SERVICE, 10, Duration.ofSeconds(1), new SimpleMeterRegistry(), clock);
  }

  static FleetMapping fleets(BalenaProperties properties) {
    return properties.fleets(
        MachineTypeCatalog.of(
            new MachineTypes(
                Map.of("raspberrypi4-64", new MachineType("Pi 4", "Raspberry Pi", "4B")))));
  }
}
