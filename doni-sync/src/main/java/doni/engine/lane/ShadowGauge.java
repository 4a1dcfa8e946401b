package doni.engine.lane;

import doni.database.DatabasePoller;
import doni.task.ShadowReport;
import doni.worker.Change.Action;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@code doni.shadow.differences}, by worker and kind of change: what the lanes in shadow report
 * that they would write, in the whole site. Counted once in a while and not when it is read; it is
 * missing while the database cannot be read, since zero would say that nothing differs. There is
 * none where no lane is in shadow.
 */
final class ShadowGauge implements MeterBinder {

  private static final Logger LOG = LoggerFactory.getLogger(ShadowGauge.class);
  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final JdbcClient jdbc;
  private final List<String> workerTypes;
  private final DatabasePoller poller = new DatabasePoller("shadow-gauge", 1);

  /**
   * @param workerTypes those whose lanes are in shadow
   */
  ShadowGauge(JdbcClient jdbc, List<String> workerTypes) {
    this.jdbc = jdbc;
    this.workerTypes = List.copyOf(workerTypes);
  }

  @Override
  public void bindTo(MeterRegistry meters) {
    if (!workerTypes.isEmpty()) {
      MultiGauge gauge = MultiGauge.builder("doni.shadow.differences").register(meters);
      poller.every("Counting of differences in shadow", FIRST, INTERVAL, () -> refresh(gauge));
    }
  }

  void stop() {
    poller.stopNow();
  }

  private void refresh(MultiGauge gauge) {
    try {
      gauge.register(rows(), true);
    } catch (RuntimeException e) {
      LOG.debug("The differences in shadow were not counted", e);
      gauge.register(List.of(), true);
    }
  }

  List<Row<?>> rows() {
    Map<String, Map<Action, Long>> counted = new HashMap<>();
    jdbc.sql(ShadowReport.COUNTS)
        .query((row, _) -> counted.put(row.getString("worker_type"), counts(row)))
        .list();
    List<Row<?>> rows = new ArrayList<>();
    for (String worker : workerTypes) {
      Map<Action, Long> counts = counted.getOrDefault(worker, Map.of());
      for (Action action : Action.values()) {
        rows.add(
            Row.of(
                Tags.of("worker", worker, "kind", ShadowReport.kind(action)),
                counts.getOrDefault(action, 0L)));
      }
    }
    return rows;
  }

  private static Map<Action, Long> counts(ResultSet row) throws SQLException {
    Map<Action, Long> counts = new EnumMap<>(Action.class);
    for (Action action : Action.values()) {
      counts.put(action, row.getLong(ShadowReport.kind(action)));
    }
    return counts;
  }
}
