package doni.inventory;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@code doni.hardware.quarantined} (devices that are frozen) and {@code doni.leftovers} (what
 * forced deletions have left in backends, one for each device and worker), both of the whole site
 * and as they are when they are asked for.
 */
final class InventoryGauges {

  private static final Logger LOG = LoggerFactory.getLogger(InventoryGauges.class);

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
    Gauge.builder(name, this, gauges -> gauges.count(query)).register(meters);
  }

  /** Not a number where the database does not answer: zero would say that all is well. */
  private double count(String query) {
    try {
      return jdbc.sql(query).query(Long.class).single();
    } catch (DataAccessException e) {
      LOG.debug("A gauge was not read", e);
      return Double.NaN;
    }
  }
}
