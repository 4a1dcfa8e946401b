package doni.machinetype;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ClassPathResource;

/**
 * What the configuration says of machine types, without their files.
 *
 * @param byName those that are shipped, and those that the site configures
 * @param own the names among them of which the site's configuration says something else than what
 *     is shipped
 * @param labelled the machine types that have {@code doni.workers.k8s.expected-labels}
 * @param labelIndex {@code doni.workers.k8s.expected-labels-index-property}
 * @param withFleet the machine types that have a {@code doni.workers.balena.device-fleet-mapping}
 */
record ConfiguredMachineTypes(
    Map<String, MachineType> byName,
    Set<String> own,
    Set<String> labelled,
    String labelIndex,
    Set<String> withFleet) {

  static final String KEY = "doni.machine-types";
  static final String ALLOWED =
      "; allowed: %s.<name> with full-name, vendor and model".formatted(KEY);
  static final String LABELS = "doni.workers.k8s.expected-labels";
  static final String LABEL_INDEX = "doni.workers.k8s.expected-labels-index-property";
  static final String FLEETS = "doni.workers.balena.device-fleet-mapping";

  private static final ClassPathResource SHIPPED = new ClassPathResource("machine-types.yml");

  /** One as it is configured: anything may be missing. */
  record Entry(@Nullable String fullName, @Nullable String vendor, @Nullable String model) {}

  /**
   * @throws InvalidConfigurationPropertyValueException where there is no machine type, or one lacks
   *     something
   */
  static ConfiguredMachineTypes read(Environment environment) {
    Binder settings = Binder.get(environment);
    Map<String, MachineType> byName =
        new MachineTypes(
                machineTypes(
                    Binder.get(
                        environment,
                        new NoUnboundElementsBindHandler(
                            BindHandler.DEFAULT, new UnboundElementsSourceFilter()))))
            .byName();
    Map<String, MachineType> shipped = shipped();
    Set<String> own = new TreeSet<>();
    byName.forEach((name, type) -> {
      if (!type.equals(shipped.get(name))) {
        own.add(name);
      }
    });
    return new ConfiguredMachineTypes(
        byName,
        own,
        names(settings, LABELS),
        environment.getProperty(LABEL_INDEX, MachineTypes.PROPERTY),
        names(settings, FLEETS));
  }

  private static Set<String> names(Binder settings, String key) {
    return settings
        .bind(key, Bindable.mapOf(String.class, String.class))
        .orElseGet(Map::of)
        .keySet();
  }

  private static Map<String, MachineType> shipped() {
    MutablePropertySources sources = new MutablePropertySources();
    try {
      new YamlPropertySourceLoader().load("shipped", SHIPPED).forEach(sources::addLast);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return machineTypes(new Binder(ConfigurationPropertySources.from(sources)));
  }

  private static Map<String, MachineType> machineTypes(Binder binder) {
    Map<String, MachineType> byName = new LinkedHashMap<>();
    binder
        .bind(KEY, Bindable.mapOf(String.class, Entry.class))
        .orElseGet(Map::of)
        .forEach((name, entry) -> byName.put(name, complete(name, entry)));
    return byName;
  }

  private static MachineType complete(String name, Entry entry) {
    return new MachineType(
        present(name, "full-name", entry.fullName()),
        present(name, "vendor", entry.vendor()),
        present(name, "model", entry.model()));
  }

  private static String present(String name, String member, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new InvalidConfigurationPropertyValueException(
          KEY + "." + name + "." + member, null, "is missing" + ALLOWED);
    }
    return value;
  }
}
