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
 * Each lane's gauges: {@code doni.lane.due} (devices that wait to be looked at), {@code
 * doni.lane.lag.seconds} (how long the oldest of them has waited), {@code doni.lane.running}
 * (attempts under way at this replica). The first two are of the whole site, at most five seconds
 * old.
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
      LOG.debug("The backlogs were not read", e);
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
