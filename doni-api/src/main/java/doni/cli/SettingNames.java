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
 * Refuses a misspelled key under {@code doni}, which would otherwise leave the default in force
 * without a word: the default policy, for one.
 *
 * <p>Environment variables are not looked at, as Spring does not either: Kubernetes sets {@code
 * DONI_PORT} and the like where a service is named {@code doni}.
 */
final class SettingNames {

  /** Each is a setting or owns all below it; those of a strict record are checked there. */
  static final List<ConfigurationPropertyName> KNOWN =
      Stream.of(
              "doni.events",
              "doni.hardware-types",
              "doni.home",
              "doni.keystone",
              "doni.machine-types",
              "doni.policy-file",
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

  private SettingNames() {}

  /**
   * @throws InvalidConfigurationPropertyValueException names the first unknown key, and no value
   */
  static void check(ConfigurableEnvironment environment) {
    unknown(environment).findFirst().ifPresent(SettingNames::refuse);
  }

  /** The keys that nothing reads. */
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
        name.toString(), null, StartFailure.NO_SETTING);
  }
}
