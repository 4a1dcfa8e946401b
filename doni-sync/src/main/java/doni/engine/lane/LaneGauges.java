package doni.engine.lane;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gauges per lane: {@code doni.lane.due} (due tasks), {@code doni.lane.lag.seconds} (how long the
 * oldest of them has been due) and {@code doni.lane.running} (attempts running at this replica).
 * The first two cover the whole site and are at most five seconds old.
 */
final class LaneGauges {

  static final Duration INTERVAL = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(LaneGauges.class);
  private static final String TAG = "worker";

  private final LaneQueue queue;
  private volatile Map<String, LaneQueue.Backlog> backlogs = Map.of();

  LaneGauges(LaneQueue queue) {
    this.queue = queue;
  }

  void register(Collection<Lane> lanes, MeterRegistry meters) {
    for (Lane lane : lanes) {
      gauge("doni.lane.due", lane, meters, LaneQueue.Backlog::due);
      gauge("doni.lane.lag.seconds", lane, meters, LaneQueue.Backlog::lagSeconds);
      Gauge.builder("doni.lane.running", lane, Lane::running)
          .tag(TAG, lane.type())
          .register(meters);
    }
  }

  void refresh() {
    try {
      backlogs =
          queue.backlogs().stream()
              .collect(Collectors.toMap(LaneQueue.Backlog::workerType, Function.identity()));
    } catch (RuntimeException e) {
      LOG.debug("The backlogs could not be read", e);
    }
  }

  private void gauge(
      String name, Lane lane, MeterRegistry meters, ToDoubleFunction<LaneQueue.Backlog> value) {
    LaneQueue.Backlog none = new LaneQueue.Backlog(lane.type(), 0, 0);
    Gauge.builder(
            name,
            this,
            gauges -> value.applyAsDouble(gauges.backlogs.getOrDefault(lane.type(), none)))
        .tag(TAG, lane.type())
        .register(meters);
  }
}
