package doni.availability;

import doni.database.DatabasePoller;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@code doni.devices}, by availability and machine type, and {@code doni.tasks}, by worker and
 * state: how many of each the whole site has. Counted once in a while and not when they are read;
 * they are missing while the database cannot be read, since zero would say that all is well.
 */
final class FleetGauges implements MeterBinder {

  private static final Logger LOG = LoggerFactory.getLogger(FleetGauges.class);
  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private static final String DEVICES =
      """
      select coalesce(a.availability, 'NEVER_SEEN') as availability,
        coalesce(h.properties ->> 'machine_name', '') as machine_name, count(*) as number
      from hardware h left join device_availability a on a.hardware_uuid = h.uuid
      where h.deleted_at is null group by 1, 2
      """;

  private static final String TASKS =
      "select worker_type, state, count(*) as number from worker_task_state group by 1, 2";

  private final JdbcClient jdbc;
  private final DatabasePoller poller = new DatabasePoller("fleet-gauges", 1);

  FleetGauges(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  @Override
  public void bindTo(MeterRegistry meters) {
    MultiGauge devices = MultiGauge.builder("doni.devices").register(meters);
    MultiGauge tasks = MultiGauge.builder("doni.tasks").register(meters);
    poller.every("Counting of the fleet", FIRST, INTERVAL, () -> refresh(devices, tasks));
  }

  void stop() {
    poller.stopNow();
  }

  private void refresh(MultiGauge devices, MultiGauge tasks) {
    try {
      devices.register(devices(), true);
      tasks.register(tasks(), true);
    } catch (RuntimeException e) {
      LOG.debug("The fleet was not counted", e);
      devices.register(List.of(), true);
      tasks.register(List.of(), true);
    }
  }

  List<Row<?>> devices() {
    RowMapper<Row<?>> mapper =
        (row, _) ->
            Row.of(
                Tags.of(
                    "availability",
                    row.getString("availability").toLowerCase(Locale.ROOT),
                    "machine_name",
                    row.getString("machine_name")),
                row.getLong("number"));
    return jdbc.sql(DEVICES).query(mapper).list();
  }

  private List<Row<?>> tasks() {
    RowMapper<Row<?>> mapper =
        (row, _) ->
            Row.of(
                Tags.of("worker", row.getString("worker_type"), "state", row.getString("state")),
                row.getLong("number"));
    return jdbc.sql(TASKS).query(mapper).list();
  }
}
