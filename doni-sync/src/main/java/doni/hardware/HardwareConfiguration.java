package doni.hardware;

import doni.database.BackgroundDatabaseGauge;
import doni.database.RetentionJob;
import doni.engine.lane.EngineProperties;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({DeletionProperties.class, DeviceQuotas.QuotaProperties.class})
class HardwareConfiguration {

  private static final String DELETING = "doni.hardware.deleting";
  private static final String OLDEST_DELETION = "doni.hardware.deleting.oldest.seconds";

  @Bean
  RetentionJob idempotencyKeyRetentionJob(IdempotencyKeyStore keys) {
    return new RetentionJob(
        "idempotency-key-retention",
        "Removal of old idempotency keys",
        Duration.ofMinutes(10),
        keys::removeExpired);
  }

  /** Commands that open the inventory, such as {@code doni migrate-from}, have no engine. */
  @Bean
  DeletionMonitor deletionMonitor(
      DeletionStore deletions,
      HardwareReader reader,
      DeletionProperties properties,
      ObjectProvider<EngineProperties> engine) {
    boolean enabled = engine.stream().anyMatch(EngineProperties::enabled);
    return new DeletionMonitor(deletions, reader, properties.warnAfter(), enabled);
  }

  /**
   * Deleted hardware of the whole site that is still being cleaned up, and the age of the oldest
   * deletion among it, 0 without one; both read from the database.
   */
  @Bean
  MeterBinder deletionGauges(DeletionStore deletions) {
    return meters -> {
      BackgroundDatabaseGauge.register(meters, DELETING, Tags.empty(), null, deletions::count);
      BackgroundDatabaseGauge.register(
          meters, OLDEST_DELETION, Tags.empty(), null, deletions::oldestSeconds);
    };
  }

  /** {@code doni.hardware.quarantined}: quarantined hardware of the whole site, counted on read. */
  @Bean
  MeterBinder quarantineGauge(JdbcClient jdbc) {
    return meters ->
        BackgroundDatabaseGauge.register(
            meters,
            "doni.hardware.quarantined",
            Tags.empty(),
            null,
            () ->
                jdbc.sql("select count(*) from hardware where quarantined_at is not null")
                    .query(Long.class)
                    .single());
  }
}
