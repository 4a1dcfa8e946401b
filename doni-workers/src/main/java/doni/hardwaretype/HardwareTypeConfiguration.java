package doni.hardwaretype;

import doni.worker.HardwareType;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Makes the hardware types that {@code doni.hardware-types} names. */
@Configuration(proxyBeanMethods = false)
class HardwareTypeConfiguration {

  private static final String HARDWARE_TYPES = "doni.hardware-types";
  private static final String ENABLED_WORKERS = "doni.workers.enabled";

  /**
   * The machine types of the site by name: those of {@code machine-types.yml}, and those that the
   * site adds.
   */
  @Bean
  MachineTypes machineTypes(Environment environment) {
    return MachineTypes.read(environment);
  }

  @Bean
  List<HardwareType> enabledHardwareTypes(Environment environment, MachineTypes machineTypes) {
    Map<String, HardwareType> known = new LinkedHashMap<>();
    for (HardwareType type :
        List.of(
            DeviceBalena.create(machineTypes.byName().keySet()),
            Baremetal.create(),
            FakeHardware.create())) {
      known.put(type.name(), type);
    }
    refuseUnknownWorkers(environment, known.values());
    List<String> wanted = list(environment, HARDWARE_TYPES, List.of(DeviceBalena.NAME));
    if (wanted.isEmpty()) {
      throw new InvalidConfigurationPropertyValueException(
          HARDWARE_TYPES, null, "is empty; allowed: " + String.join(", ", known.keySet()));
    }
    return wanted.stream().distinct().map(name -> named(name, known)).toList();
  }

  private static void refuseUnknownWorkers(
      Environment environment, Collection<HardwareType> types) {
    Set<String> workers = new TreeSet<>();
    types.forEach(type -> workers.addAll(type.workers()));
    for (String worker : list(environment, ENABLED_WORKERS, List.of())) {
      if (!workers.contains(worker)) {
        throw new InvalidConfigurationPropertyValueException(
            ENABLED_WORKERS, worker, "is not a worker; allowed: " + String.join(", ", workers));
      }
    }
  }

  private static HardwareType named(String name, Map<String, HardwareType> known) {
    HardwareType type = known.get(name);
    if (type == null) {
      throw new InvalidConfigurationPropertyValueException(
          HARDWARE_TYPES,
          name,
          "is not a hardware type; allowed: " + String.join(", ", known.keySet()));
    }
    return type;
  }

  private static List<String> list(Environment environment, String key, List<String> otherwise) {
    return Binder.get(environment).bind(key, Bindable.listOf(String.class)).orElse(otherwise);
  }
}
