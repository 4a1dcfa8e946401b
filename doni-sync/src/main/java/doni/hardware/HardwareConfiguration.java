package doni.hardware;

import doni.database.BackgroundDatabaseGauge;
import doni.database.RetentionJob;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
class HardwareConfiguration {

  @Bean
  RetentionJob idempotencyKeyRetentionJob(IdempotencyKeyStore keys) {
    return new RetentionJob(
        "idempotency-key-retention",
        "Removal of old idempotency keys",
        Duration.ofMinutes(10),
        keys::removeExpired);
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
