package doni.leftover;

import doni.database.BackgroundDatabaseGauge;
import doni.engine.lane.EngineProperties;
import doni.task.LostAttemptStore;
import doni.worker.Worker;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.util.List;
import java.util.random.RandomGenerator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class LeftoverConfiguration {

  @Bean
  LeftoverCleanupJob leftoverCleanupJob(
      EngineProperties properties,
      List<Worker> workers,
      LeftoverStore leftovers,
      LostAttemptStore lostAttempts,
      Clock clock) {
    LeftoverCleanup cleanup =
        new LeftoverCleanup(
            leftovers, lostAttempts, properties::resyncPolicy, RandomGenerator.getDefault(), clock);
    return new LeftoverCleanupJob(
        leftovers,
        cleanup,
        properties.enabled() ? workers : List.of(),
        type -> properties.resyncPolicy(type).isShadow());
  }

  /** {@code doni.leftovers}: one per device and worker, of the whole site, counted on read. */
  @Bean
  MeterBinder leftoverGauge(LeftoverRepository rows) {
    return meters ->
        BackgroundDatabaseGauge.register(meters, "doni.leftovers", Tags.empty(), null, rows::count);
  }
}
