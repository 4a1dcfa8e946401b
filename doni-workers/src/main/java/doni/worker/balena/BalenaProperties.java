package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.SettingRules;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The settings of the balena worker.
 *
 * @param apiEndpoint root of the API, without a version, for example {@code
 *     https://api.balena-cloud.com}. There is no default, so that a token never goes to a server
 *     that nobody named
 * @param apiToken a user's API key; not a session's token, with which no device can be registered
 * @param deviceFleetMapping machine type to fleet: {@code organisation/name}, or the name alone
 *     where only one organisation has it
 * @param credentialServiceName the service on the device that gets the application credential
 * @param connectTimeout for a connection to the API
 * @param readTimeout for each part of an answer; a call as a whole may take twice as long
 * @param backend {@code balena} for balenaCloud or openBalena, {@code in-memory} for development
 *     without one
 */
@Validated
@ConfigurationProperties(prefix = "doni.workers.balena", ignoreUnknownFields = false)
record BalenaProperties(
    @DefaultValue("") String apiEndpoint,
    @DefaultValue("") String apiToken,
    @Nullable Map<String, String> deviceFleetMapping,
    @DefaultValue("coordinator") String credentialServiceName,
    @DefaultValue("5s") Duration connectTimeout,
    @DefaultValue("15s") Duration readTimeout,
    @DefaultValue("balena") String backend) {

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
        "an API key: letters, digits and signs, without spaces");
    deviceFleetMapping.forEach((machine, fleet) ->
        RULES.require(
            fleet.matches("[^/\\s]+(/[^/\\s]+)?"),
            "device-fleet-mapping." + machine,
            fleet,
            "a fleet: organisation/name or name"));
    RULES.require(
        credentialServiceName.matches("\\S+"),
        "credential-service-name",
        credentialServiceName,
        "the name of a service");
    RULES.timeout("connect-timeout", connectTimeout);
    RULES.timeout("read-timeout", readTimeout);
  }

  @Override
  public Map<String, String> deviceFleetMapping() {
    return deviceFleetMapping == null ? Map.of() : deviceFleetMapping;
  }

  /** What has to be set before anything can be asked; empty when all is there. */
  Optional<String> missing() {
    if (apiEndpoint.isEmpty()) {
      return Optional.of(PREFIX + "api-endpoint is not set");
    }
    return apiToken.isEmpty() ? Optional.of(PREFIX + "api-token is not set") : Optional.empty();
  }

  @Override
  public String toString() {
    return "BalenaProperties[" + apiEndpoint + "]";
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
