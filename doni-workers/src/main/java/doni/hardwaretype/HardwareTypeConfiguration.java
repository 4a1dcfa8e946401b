package doni.hardwaretype;

import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.worker.HardwareType;
import doni.worker.HardwareTypeSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

  @Bean
  HardwareTypeSource enabledHardwareTypes(Environment environment, MachineTypeCatalog catalog) {
    List<HardwareType> first = all(catalog.current());
    refuseUnknownWorkers(environment, first);
    List<String> wanted = list(environment, HARDWARE_TYPES, List.of(BalenaDeviceType.NAME));
    if (wanted.isEmpty()) {
      throw new InvalidConfigurationPropertyValueException(
          HARDWARE_TYPES, null, "is empty; allowed: " + names(first));
    }
    List<String> names = wanted.stream().distinct().toList();
    names.forEach(name -> refuseUnknown(name, first));
    return new EnabledHardwareTypes(
        catalog,
        machineTypes ->
            names.stream().map(name -> named(name, all(machineTypes)).orElseThrow()).toList());
  }

  private static List<HardwareType> all(MachineTypes machineTypes) {
    return List.of(
        BalenaDeviceType.create(machineTypes.byName().keySet()),
        BaremetalType.create(),
        FakeHardwareType.create());
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

  private static void refuseUnknown(String name, List<HardwareType> known) {
    if (named(name, known).isEmpty()) {
      throw new InvalidConfigurationPropertyValueException(
          HARDWARE_TYPES, name, "is not a hardware type; allowed: " + names(known));
    }
  }

  private static Optional<HardwareType> named(String name, List<HardwareType> known) {
    return known.stream().filter(type -> type.name().equals(name)).findFirst();
  }

  private static String names(List<HardwareType> types) {
    return types.stream().map(HardwareType::name).collect(Collectors.joining(", "));
  }

  private static List<String> list(Environment environment, String key, List<String> otherwise) {
    return Binder.get(environment).bind(key, Bindable.listOf(String.class)).orElse(otherwise);
  }
}
