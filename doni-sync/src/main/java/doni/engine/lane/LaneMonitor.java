package doni.engine.lane;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows what the lanes of this replica do: publishes their pauses for the API of every replica, and
 * keeps gauges per lane: {@code doni.lane.due} (due tasks), {@code doni.lane.lag.seconds} (how long
 * the oldest of them has been due) and {@code doni.lane.running} (attempts running at this
 * replica). The first two cover the whole site and are at most five seconds old.
 */
final class LaneMonitor {

  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(LaneMonitor.class);
  private static final String TAG = "worker";

  private final LanePausePublisher pauses;
  private final LaneQueue queue;
  private final Housekeeping housekeeping;
  private final MeterRegistry meters;
  private final Set<String> silent = ConcurrentHashMap.newKeySet();
  private volatile Map<String, LaneQueue.Backlog> backlogs = Map.of();

  LaneMonitor(
      LanePausePublisher pauses, LaneQueue queue, Housekeeping housekeeping, MeterRegistry meters) {
    this.pauses = pauses;
    this.queue = queue;
    this.housekeeping = housekeeping;
    this.meters = meters;
  }

  void start(List<Lane> lanes) {
    register(lanes);
    housekeeping.every(LanePausePublisher.INTERVAL, () -> pauses.publish(lanes));
    housekeeping.every(INTERVAL, this::refresh);
    housekeeping.every(INTERVAL, () -> lanes.forEach(this::observe));
  }

  /** Ends all background jobs of the lanes, and removes the published pauses. */
  void stop() {
    housekeeping.stop();
    pauses.clear();
  }

  private void register(List<Lane> lanes) {
    for (Lane lane : lanes) {
      gauge("doni.lane.due", lane, LaneQueue.Backlog::due);
      gauge("doni.lane.lag.seconds", lane, LaneQueue.Backlog::lagSeconds);
      Gauge.builder("doni.lane.running", lane, Lane::running)
          .tag(TAG, lane.type())
          .register(meters);
    }
  }

  /** Logs once that a lane has stopped polling, and that it polls again. */
  private void observe(Lane lane) {
    Optional<Duration> silence = lane.silence();
    if (silence.isPresent() && silent.add(lane.type())) {
      LOG.warn(
          "Lane {} has not polled its queue for {} s; not ready until it does",
          lane.type(),
          silence.get().toSeconds());
    } else if (silence.isEmpty() && silent.remove(lane.type())) {
      LOG.info("Lane {} polls its queue again", lane.type());
    }
  }

  private void refresh() {
    try {
      backlogs =
          queue.backlogs().stream()
              .collect(Collectors.toMap(LaneQueue.Backlog::workerType, Function.identity()));
    } catch (RuntimeException e) {
      LOG.debug("The backlogs could not be read", e);
    }
  }

  private void gauge(String name, Lane lane, ToDoubleFunction<LaneQueue.Backlog> value) {
    LaneQueue.Backlog none = new LaneQueue.Backlog(lane.type(), 0, 0);
    Gauge.builder(
            name,
            this,
            monitor -> value.applyAsDouble(monitor.backlogs.getOrDefault(lane.type(), none)))
        .tag(TAG, lane.type())
        .register(meters);
  }
}
