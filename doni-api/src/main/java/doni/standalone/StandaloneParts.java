package doni.standalone;

import doni.worker.ConflictFinder;
import doni.worker.DistributedLock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.flyway.autoconfigure.FlywayProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.boot.tomcat.autoconfigure.TomcatServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Creates single parts of the service from its settings, for commands. No part opens a database or
 * starts background work.
 */
public final class StandaloneParts {

  private static final String ENABLED_WORKERS = "doni.workers.enabled";

  private final ConfigurableEnvironment environment;

  public StandaloneParts(ConfigurableEnvironment environment) {
    this.environment = environment;
  }

  public ConfigurableEnvironment environment() {
    return environment;
  }

  public List<String> enabledWorkers() {
    return Binder.get(environment)
        .bind(ENABLED_WORKERS, Bindable.listOf(String.class))
        .orElse(List.of("k8s"));
  }

  /** Returns all settings except those of workers; beans are created on first use. */
  public AnnotationConfigApplicationContext settings() {
    return parts(environment, SettingsBeans.class);
  }

  /** Returns the clock of the service, which no wrong setting can prevent. */
  public Clock clock() {
    try (AnnotationConfigApplicationContext parts = parts(environment, ClockBeans.class)) {
      return parts.getBean(Clock.class);
    }
  }

  /** Returns one worker without the others, which may be misconfigured. */
  public AnnotationConfigApplicationContext worker(String type) {
    StandardEnvironment alone = new StandardEnvironment();
    alone
        .getPropertySources()
        .forEach(source -> alone.getPropertySources().remove(source.getName()));
    environment.getPropertySources().forEach(alone.getPropertySources()::addLast);
    alone
        .getPropertySources()
        .addFirst(new MapPropertySource("one worker", Map.of(ENABLED_WORKERS, type)));
    return parts(alone, WorkerBeans.class);
  }

  private static AnnotationConfigApplicationContext parts(
      ConfigurableEnvironment environment, Class<?> configuration) {
    AnnotationConfigApplicationContext parts = new AnnotationConfigApplicationContext();
    parts.setEnvironment(environment);
    parts.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
    parts.register(configuration);
    parts.refresh();
    return parts;
  }

  /** The beans that a worker needs. Not a {@code @Configuration}, which the service would scan. */
  @ComponentScan(
      basePackages = "doni",
      excludeFilters =
          @ComponentScan.Filter(
              type = FilterType.REGEX,
              pattern = {
                "doni\\.(api|availability|cli|console|bulkimport|database|doctor|engine|event|hardware|leftover|mail|migration|policy|readiness|resync|secret|task|webhook)\\..*",
                "doni\\.DoniApplication"
              }))
  static class WorkerBeans {

    @Bean
    MeterRegistry meters() {
      return new SimpleMeterRegistry();
    }

    @Bean
    DistributedLock distributedLock() {
      return new DistributedLock() {
        @Override
        public <T> T runLocked(String name, Duration patience, Supplier<T> work) {
          throw new IllegalStateException("a check must not take a lock");
        }
      };
    }

    @Bean
    ConflictFinder conflictFinder() {
      return ConflictFinder.NONE;
    }
  }

  /** The configuration that declares the clock, alone. */
  @ComponentScan(
      basePackages = "doni",
      useDefaultFilters = false,
      includeFilters =
          @ComponentScan.Filter(type = FilterType.REGEX, pattern = "doni\\.DoniConfiguration"))
  static class ClockBeans {}

  /** The records of all settings except those of workers, of Doni and of Spring Boot. */
  @ConfigurationPropertiesScan({
    "doni.api",
    "doni.availability",
    "doni.console",
    "doni.event",
    "doni.engine",
    "doni.hardware",
    "doni.mail"
  })
  @EnableConfigurationProperties({
    ServerProperties.class,
    TomcatServerProperties.class,
    DataSourceProperties.class,
    FlywayProperties.class
  })
  @ComponentScan(
      basePackages = {"doni"},
      excludeFilters =
          @ComponentScan.Filter(
              type = FilterType.REGEX,
              pattern = {
                "doni\\.(api|availability|cli|console|openstack|worker|bulkimport|database|doctor|engine|event|hardware|leftover|mail|migration|policy|readiness|resync|secret|task|webhook)\\..*",
                "doni\\.DoniApplication"
              }))
  static class SettingsBeans {}
}
