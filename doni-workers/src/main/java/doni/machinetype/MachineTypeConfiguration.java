package doni.machinetype;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * The machine types of the site: those of {@code machine-types.yml}, those that the configuration
 * adds, and those of the files in {@value #DIRECTORY}.
 */
@Configuration(proxyBeanMethods = false)
class MachineTypeConfiguration {

  static final String DIRECTORY = "doni.types-directory";

  /** What is wrong with the directory now. */
  private static final String BROKEN = "doni.types.findings";

  /** Without a directory the configuration is all there is; an unusable one stops the start. */
  @Bean
  MachineTypeCatalog machineTypes(
      Environment environment,
      @Qualifier("localClock") Clock clock,
      ObjectProvider<MeterRegistry> meters) {
    ConfiguredMachineTypes configured = ConfiguredMachineTypes.read(environment);
    String path = environment.getProperty(DIRECTORY, "");
    if (path.isBlank()) {
      return MachineTypeCatalog.of(new MachineTypes(configured.byName()));
    }
    try {
      WatchedMachineTypes watched =
          new WatchedMachineTypes(new MachineTypesDirectory(Path.of(path)), configured, clock);
      meters.ifAvailable(registry ->
          Gauge.builder(BROKEN, watched, types -> types.findings().size())
              .description("what keeps the files of doni.types-directory from being used")
              .register(registry));
      return watched;
    } catch (InvalidPathException _) {
      throw new InvalidConfigurationPropertyValueException(
          DIRECTORY, path, "must be a path; allowed: a directory");
    } catch (UnusableMachineTypesException e) {
      throw new InvalidConfigurationPropertyValueException(DIRECTORY, path, e.getMessage());
    }
  }

  @Bean
  MachineTypesHealth typesHealth(MachineTypeCatalog catalog) {
    return catalog instanceof WatchedMachineTypes watched ? watched::findings : List::of;
  }

  /** Begins to watch when the service is up, and ends before it goes. */
  @Bean
  MachineTypesWatch typesWatch(MachineTypeCatalog catalog) {
    return new MachineTypesWatch(catalog);
  }
}
