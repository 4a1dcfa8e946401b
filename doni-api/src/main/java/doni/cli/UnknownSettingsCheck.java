package doni.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Refuses unknown keys under {@code doni}; otherwise a misspelled key would silently leave a
 * default in force, for example the default policy.
 *
 * <p>Environment variables are not checked, as in Spring: Kubernetes sets {@code DONI_PORT} and
 * others for a service named {@code doni}.
 */
final class UnknownSettingsCheck {

  /** Settings, and prefixes whose keys are checked by their strict records. */
  static final List<ConfigurationPropertyName> KNOWN =
      Stream.of(
              "doni.availability",
              "doni.console",
              "doni.deletions",
              "doni.events",
              "doni.hardware-types",
              "doni.home",
              "doni.keystone",
              "doni.limits",
              "doni.machine-types",
              "doni.mail",
              "doni.management",
              "doni.policy-defaults",
              "doni.policy-file",
              "doni.proxies",
              "doni.quotas",
              "doni.secrets.keys",
              "doni.sync",
              "doni.types-directory",
              "doni.webhooks",
              "doni.workers.enabled",
              "doni.workers.balena",
              "doni.workers.blazar",
              "doni.workers.ironic",
              "doni.workers.k8s",
              "doni.workers.tunelo")
          .map(ConfigurationPropertyName::of)
          .toList();

  private static final ConfigurationPropertyName OURS = ConfigurationPropertyName.of("doni");
  private static final UnboundElementsSourceFilter FILES_AND_ARGUMENTS =
      new UnboundElementsSourceFilter();

  private UnknownSettingsCheck() {}

  /**
   * Checks all keys.
   *
   * @throws InvalidConfigurationPropertyValueException for the first unknown key, without its value
   */
  static void check(ConfigurableEnvironment environment) {
    unknown(environment).findFirst().ifPresent(UnknownSettingsCheck::refuse);
  }

  /** Returns all unknown keys. */
  static Stream<ConfigurationPropertyName> unknown(ConfigurableEnvironment environment) {
    List<ConfigurationPropertyName> unknown = new ArrayList<>();
    for (var source : ConfigurationPropertySources.get(environment)) {
      if (source instanceof IterableConfigurationPropertySource names
          && FILES_AND_ARGUMENTS.apply(source)) {
        names.stream()
            .filter(OURS::isAncestorOf)
            .filter(name -> !isKnown(name))
            .forEach(unknown::add);
      }
    }
    return unknown.stream();
  }

  private static boolean isKnown(ConfigurationPropertyName name) {
    return KNOWN.stream().anyMatch(known -> known.equals(name) || known.isAncestorOf(name));
  }

  private static void refuse(ConfigurationPropertyName name) {
    throw new InvalidConfigurationPropertyValueException(
        name.toString(), null, StartFailureReporter.UNKNOWN_SETTING);
  }
}
