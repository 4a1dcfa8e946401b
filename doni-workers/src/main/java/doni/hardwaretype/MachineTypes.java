package doni.hardwaretype;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;

/**
 * The machine types that a site accepts, by the name that an enrollment gives in {@code
 * machine_name}. There is at least one.
 */
public record MachineTypes(Map<String, MachineType> byName) {

  private static final String KEY = "doni.machine-types";
  private static final String ALLOWED =
      "; allowed: %s.<name> with full-name, vendor and model".formatted(KEY);

  /** One as it is configured: anything may be missing. */
  record Entry(@Nullable String fullName, @Nullable String vendor, @Nullable String model) {}

  public MachineTypes {
    if (byName.isEmpty()) {
      throw new InvalidConfigurationPropertyValueException(KEY, null, "is empty" + ALLOWED);
    }
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /**
   * Reads {@code doni.machine-types}.
   *
   * @throws InvalidConfigurationPropertyValueException where there is none, or one lacks something
   */
  static MachineTypes read(Environment environment) {
    BindHandler strict =
        new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
    Map<String, MachineType> byName = new LinkedHashMap<>();
    Binder.get(environment, strict)
        .bind(KEY, Bindable.mapOf(String.class, Entry.class))
        .orElseGet(Map::of)
        .forEach((name, entry) -> byName.put(name, complete(name, entry)));
    return new MachineTypes(byName);
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
