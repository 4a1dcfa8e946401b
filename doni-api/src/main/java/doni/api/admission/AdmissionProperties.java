package doni.api.admission;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of admission control, under {@code doni.limits}. 0 stands for a limit that is derived:
 * from the maximum heap of the JVM, or for a project from the limit of all, see {@link
 * AdmissionLimits}.
 *
 * @param connections connections that may be open
 * @param requests requests that may be served at the same time
 * @param imports imports that may run at the same time
 * @param requestsPerProject requests of one project that may be served at the same time
 * @param importsPerProject imports of one project that may run at the same time
 */
@ConfigurationProperties(prefix = "doni.limits", ignoreUnknownFields = false)
@Validated
record AdmissionProperties(
    @DefaultValue("0") int connections,
    @DefaultValue("0") int requests,
    @DefaultValue("0") int imports,
    @DefaultValue("0") int requestsPerProject,
    @DefaultValue("0") int importsPerProject) {

  private static final int MAX = 65_536;

  public AdmissionProperties {
    requireInRange("connections", connections);
    requireInRange("requests", requests);
    requireInRange("imports", imports);
    requireInRange("requests-per-project", requestsPerProject);
    requireInRange("imports-per-project", importsPerProject);
  }

  private static void requireInRange(String name, int value) {
    if (value < 0 || value > MAX) {
      throw new IllegalArgumentException(
          "doni.limits.%s is '%d'; allowed: 0 (derived) to %d".formatted(name, value, MAX));
    }
  }
}
