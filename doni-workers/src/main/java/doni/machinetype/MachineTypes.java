package doni.machinetype;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The machine types that a site accepts, as they stand at one moment, by the name that an
 * enrollment gives in {@code machine_name}. There is at least one.
 *
 * @param labels of the Kubernetes Node, for the machine types whose file has some; the
 *     configuration of the k8s worker knows those of the others
 * @param fleets of Balena, for the machine types whose file names one; the configuration of the
 *     balena worker knows those of the others
 */
public record MachineTypes(
    Map<String, MachineType> byName,
    Map<String, Map<String, String>> labels,
    Map<String, String> fleets) {

  /** The property of an enrollment that names its machine type. */
  public static final String PROPERTY = "machine_name";

  public MachineTypes {
    if (byName.isEmpty()) {
      throw new InvalidConfigurationPropertyValueException(
          ConfiguredMachineTypes.KEY, null, "is empty" + ConfiguredMachineTypes.ALLOWED);
    }
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    Map<String, Map<String, String>> copy = new LinkedHashMap<>();
    labels.forEach((name, one) -> copy.put(name, Map.copyOf(one)));
    labels = Collections.unmodifiableMap(copy);
    fleets = Map.copyOf(fleets);
  }

  /** Machine types of which no file says anything. */
  public MachineTypes(Map<String, MachineType> byName) {
    this(byName, Map.of(), Map.of());
  }
}
