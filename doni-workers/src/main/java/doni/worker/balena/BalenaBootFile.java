package doni.worker.balena;

import doni.convergence.StateDetails;
import doni.worker.BootConfiguration;
import doni.worker.BootConfiguration.BootFile;
import doni.worker.BootConfiguration.BootingDevice;
import doni.worker.BootConfiguration.NoBootFile;
import doni.worker.SharedNames;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config.json} of a device, from which balenaOS knows who the device is and where its
 * Balena is.
 *
 * <p>For balenaCloud it has the members and values that {@code chi-edge device bake} of
 * python-chi-edge writes. That program reads the time of the enrollment in the time zone of the
 * machine on which it runs; here, {@code registeredAt} is always UTC. An openBalena differs in its
 * endpoints, by which the devices' keys are listed, too.
 */
final class BalenaBootFile {

  /** Of balenaCloud, whose VPN kept its name. */
  private static final String CLOUD_DOMAIN = "balena-cloud.com";

  private static final String PREFIX = "doni.workers.balena.";

  private BalenaBootFile() {}

  static BootConfiguration of(BalenaProperties properties, BootingDevice device) {
    StateDetails recorded = new StateDetails(device.recorded());
    Optional<String> key = recorded.text(SharedNames.BALENA_DEVICE_KEY);
    Optional<Long> fleet = recorded.number(BalenaRecordedState.FLEET_ID);
    if (key.isEmpty() || fleet.isEmpty()) {
      return new NoBootFile(
          "the device is not registered in Balena yet; wait, and see its worker balena for what"
              + " it waits for");
    }
    Optional<String> missing = missing(properties);
    if (missing.isPresent()) {
      return new NoBootFile(missing.get() + "; ask the operator to set it");
    }
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("uuid", BalenaDesiredState.uuid(device.id()));
    members.put("hostname", device.name());
    members.put("applicationId", fleet.get());
    members.put("userId", null);
    members.put("deviceApiKey", key.get());
    members.put(
        "deviceApiKeys", Map.of(URI.create(properties.apiEndpoint()).getAuthority(), key.get()));
    // Whole seconds, as the enrollment's time is shown to clients.
    String enrolledAt = Long.toString(device.enrolledAt().getEpochSecond() * 1000);
    members.put("registered_at", enrolledAt);
    members.put("registeredAt", enrolledAt);
    members.put("appUpdatePollInterval", "60000");
    members.put("listenPort", "48484");
    members.put("vpnPort", "443");
    members.put("apiEndpoint", properties.apiEndpoint());
    members.put("vpnEndpoint", vpn(properties).orElseThrow());
    members.put("registryEndpoint", registry(properties).orElseThrow());
    members.put("deltaEndpoint", delta(properties).orElseThrow());
    return withRootCa(properties.rootCaFile(), members);
  }

  private static BootConfiguration withRootCa(
      @Nullable Path rootCa, Map<String, @Nullable Object> members) {
    if (rootCa == null) {
      return new BootFile(members);
    }
    try {
      members.put("balenaRootCA", Base64.getEncoder().encodeToString(Files.readAllBytes(rootCa)));
      return new BootFile(members);
    } catch (IOException _) {
      return new NoBootFile(PREFIX + "root-ca-file cannot be read; ask the operator to correct it");
    }
  }

  private static Optional<String> missing(BalenaProperties properties) {
    if (properties.apiEndpoint().isEmpty()) {
      return Optional.of(PREFIX + "api-endpoint is not set");
    }
    if (vpn(properties).isEmpty()) {
      return Optional.of(PREFIX + "vpn-endpoint is not set, and api-endpoint is not api.DOMAIN");
    }
    if (registry(properties).isEmpty()) {
      return Optional.of(
          PREFIX + "registry-endpoint is not set, and api-endpoint is not api.DOMAIN");
    }
    return delta(properties).isEmpty()
        ? Optional.of(PREFIX + "delta-endpoint is not set, and api-endpoint is not api.DOMAIN")
        : Optional.empty();
  }

  private static Optional<String> vpn(BalenaProperties properties) {
    return configured(properties.vpnEndpoint())
        .or(() ->
            domain(properties)
                .map(domain -> (domain.equals(CLOUD_DOMAIN) ? "vpn." : "cloudlink.") + domain));
  }

  private static Optional<String> registry(BalenaProperties properties) {
    return configured(properties.registryEndpoint())
        .or(() -> domain(properties).map(domain -> "registry2." + domain));
  }

  private static Optional<String> delta(BalenaProperties properties) {
    return configured(properties.deltaEndpoint())
        .or(() -> domain(properties).map(domain -> "https://delta." + domain));
  }

  private static Optional<String> configured(String setting) {
    return Optional.of(setting).filter(text -> !text.isEmpty());
  }

  /** Returns the domain of a Balena whose API has the name that balenaCloud and openBalena give. */
  private static Optional<String> domain(BalenaProperties properties) {
    String host = URI.create(properties.apiEndpoint()).getHost();
    return Optional.ofNullable(host)
        .filter(name -> name.startsWith("api."))
        .map(name -> name.substring("api.".length()));
  }
}
