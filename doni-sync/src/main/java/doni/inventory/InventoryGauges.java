package doni.inventory;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@code doni.hardware.quarantined} (devices that are frozen) and {@code doni.leftovers} (what
 * forced deletions have left in backends, one for each device and worker), both of the whole site
 * and as they are when they are asked for.
 */
final class InventoryGauges {

  private final JdbcClient jdbc;

  InventoryGauges(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  void register(MeterRegistry meters) {
    gauge(
        "doni.hardware.quarantined",
        "select count(*) from hardware where quarantined_at is not null",
        meters);
    gauge("doni.leftovers", "select count(*) from leftover", meters);
  }

  private void gauge(String name, String query, MeterRegistry meters) {
    DatabaseGauge.register(
        meters, name, Tags.empty(), null, () -> jdbc.sql(query).query(Long.class).single());
  }
}
