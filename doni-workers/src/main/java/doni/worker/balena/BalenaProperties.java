package doni.worker.balena;

import doni.enrollment.Secret;
import doni.machinetype.MachineTypeCatalog;
import doni.worker.SettingRules;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the balena worker, under {@code doni.workers.balena}.
 *
 * @param apiEndpoint root URL of the Balena API without a version, for example {@code
 *     https://api.balena-cloud.com}. The lane is paused until it is set: without a default, the
 *     token cannot reach an unintended server
 * @param apiToken API key of a Balena user; a session token cannot register devices. The lane is
 *     paused until it is set
 * @param deviceFleetMapping fleet of each machine type: {@code organization/name}, or {@code name}
 *     if only one organization has a fleet of that name
 * @param credentialServiceName service on the device that receives the application credential
 * @param vpnEndpoint host of Balena's VPN, for {@code config.json} of devices. Without it, derived
 *     from {@code api-endpoint}: {@code vpn.balena-cloud.com} for balenaCloud, {@code
 *     cloudlink.DOMAIN} for an openBalena at {@code api.DOMAIN}
 * @param registryEndpoint host of Balena's registry, for {@code config.json} of devices. Without
 *     it, {@code registry2.DOMAIN}
 * @param deltaEndpoint URL of Balena's delta server, for {@code config.json} of devices. Without
 *     it, {@code https://delta.DOMAIN}
 * @param rootCaFile PEM file with the certificate authority of an openBalena whose certificates
 *     devices do not trust by themselves; becomes {@code balenaRootCA} of their {@code config.json}
 * @param connectTimeout time limit for a connection to the Balena API
 * @param readTimeout time limit for each part of an answer; a whole call may take twice as long
 * @param backend {@code balena} for balenaCloud or openBalena, or {@code in-memory} for development
 *     without one
 */
@Validated
@ConfigurationProperties(prefix = "doni.workers.balena", ignoreUnknownFields = false)
record BalenaProperties(
    @DefaultValue("") String apiEndpoint,
    @DefaultValue("") String apiToken,
    @Nullable Map<String, String> deviceFleetMapping,
    @DefaultValue("coordinator") String credentialServiceName,
    @DefaultValue("") String vpnEndpoint,
    @DefaultValue("") String registryEndpoint,
    @DefaultValue("") String deltaEndpoint,
    @Nullable Path rootCaFile,
    @DefaultValue("5s") Duration connectTimeout,
    @DefaultValue("15s") Duration readTimeout,
    @DefaultValue("balena") String backend) {

  /** The setting that holds our token. */
  static final String TOKEN = "doni.workers.balena.api-token";

  /** The start of the settings that name the fleet of a machine type, which ends them. */
  static final String FLEET_MAPPING = "doni.workers.balena.device-fleet-mapping.";

  private static final String HOST =
      "a host without a scheme and a path, for example cloudlink.example.org";
  private static final String PREFIX = "doni.workers.balena.";
  private static final SettingRules RULES = new SettingRules(PREFIX);

  BalenaProperties {
    apiEndpoint = apiEndpoint.strip().replaceFirst("/+$", "");
    apiToken = apiToken.strip();
    deviceFleetMapping = deviceFleetMapping == null ? Map.of() : Map.copyOf(deviceFleetMapping);
    RULES.require(
        apiEndpoint.isEmpty() || isRoot(apiEndpoint),
        "api-endpoint",
        apiEndpoint,
        "an http or https URL without a version, for example https://api.balena-cloud.com");
    RULES.require(
        apiToken.chars().allMatch(c -> c > ' ' && c < 127),
        "api-token",
        Secret.MASK,
        "an API key: ASCII letters, digits and symbols, without spaces");
    deviceFleetMapping.forEach((machine, fleet) ->
        RULES.require(
            fleet.matches("[^/\\s]+(/[^/\\s]+)?"),
            "device-fleet-mapping." + machine,
            fleet,
            "a fleet: organization/name or name"));
    RULES.require(
        credentialServiceName.matches("\\S+"),
        "credential-service-name",
        credentialServiceName,
        "the name of a service");
    vpnEndpoint = vpnEndpoint.strip();
    registryEndpoint = registryEndpoint.strip();
    deltaEndpoint = deltaEndpoint.strip().replaceFirst("/+$", "");
    RULES.require(isHost(vpnEndpoint), "vpn-endpoint", vpnEndpoint, HOST);
    RULES.require(isHost(registryEndpoint), "registry-endpoint", registryEndpoint, HOST);
    RULES.require(
        deltaEndpoint.isEmpty() || isRoot(deltaEndpoint),
        "delta-endpoint",
        deltaEndpoint,
        "an http or https URL, for example https://delta.example.org");
    RULES.timeout("connect-timeout", connectTimeout);
    RULES.timeout("read-timeout", readTimeout);
  }

  @Override
  public Map<String, String> deviceFleetMapping() {
    return deviceFleetMapping == null ? Map.of() : deviceFleetMapping;
  }

  /** Returns which setting is missing for a call to Balena. */
  Optional<String> missing() {
    if (apiEndpoint.isEmpty()) {
      return Optional.of(PREFIX + "api-endpoint is not set");
    }
    return apiToken.isEmpty() ? Optional.of(PREFIX + "api-token is not set") : Optional.empty();
  }

  /** Returns the fleets of this configuration and of the machine types' files. */
  FleetMapping fleets(MachineTypeCatalog machineTypes) {
    return new FleetMapping(deviceFleetMapping(), machineTypes);
  }

  /**
   * The fleet of each machine type, by name: as configured, and for the other machine types as
   * their files say. A machine type is never in both.
   */
  record FleetMapping(Map<String, String> configured, MachineTypeCatalog machineTypes) {

    FleetMapping {
      configured = Map.copyOf(configured);
    }

    Optional<String> fleetOf(String machineType) {
      return Optional.ofNullable(configured.get(machineType))
          .or(() -> Optional.ofNullable(machineTypes.current().fleets().get(machineType)));
    }

    /** Returns the names of all fleets. */
    Collection<String> names() {
      List<String> names = new ArrayList<>(configured.values());
      names.addAll(machineTypes.current().fleets().values());
      return names;
    }
  }

  @Override
  public String toString() {
    return "BalenaProperties[" + apiEndpoint + "]";
  }

  private static boolean isHost(String text) {
    return text.matches("([A-Za-z0-9.-]+(:[0-9]{1,5})?)?");
  }

  private static boolean isRoot(String text) {
    try {
      URI uri = new URI(text);
      return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && !text.matches(".*/v\\d+");
    } catch (URISyntaxException _) {
      return false;
    }
  }
}
