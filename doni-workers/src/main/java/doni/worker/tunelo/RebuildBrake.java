package doni.worker.tunelo;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits how fast channels are rebuilt after their hub was lost: each gets a new address, which its
 * device must learn. When more than twenty channels are observed without a hub within a minute,
 * rebuilding pauses, so that an operator can react; then it goes on at a limited rate until none is
 * left.
 *
 * <p>Meanwhile the gauge {@code doni.tunelo.rebuilds.paused} is the number of channels that wait.
 * Each replica has its own brake.
 */
final class RebuildBrake {

  private static final Logger LOG = LoggerFactory.getLogger(RebuildBrake.class);

  static final String PAUSED = "doni.tunelo.rebuilds.paused";
  static final int MOST_AT_ONCE = 20;
  static final Duration WINDOW = Duration.ofMinutes(1);
  static final Duration PAUSE = Duration.ofMinutes(2);

  /** Ten a minute. */
  static final Duration BETWEEN = Duration.ofSeconds(6);

  /** A waiting channel is observed every half minute; one that is not waits no longer. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(3);

  /** How long a channel waits that may not be rebuilt yet. */
  static final Duration NEXT_CHECK = Duration.ofSeconds(30);

  private final Clock clock;
  private final Map<String, LostChannel> waiting = new LinkedHashMap<>();
  private boolean on;
  private Instant nextRebuild = Instant.MIN;

  private record LostChannel(Instant first, Instant last) {}

  RebuildBrake(MeterRegistry meters, Clock clock) {
    this.clock = clock;
    meters.gauge(PAUSED, this, RebuildBrake::paused);
  }

  /** Records that a channel was observed without a hub. */
  synchronized void noticed(String uuid) {
    Instant now = clock.instant();
    waiting.merge(uuid, new LostChannel(now, now), (old, _) -> new LostChannel(old.first(), now));
    tidy(now);
    long recent =
        waiting.values().stream().filter(lost -> lost.first().isAfter(now.minus(WINDOW))).count();
    if (!on && recent > MOST_AT_ONCE) {
      on = true;
      nextRebuild = now.plus(PAUSE);
      LOG.warn(
          "{} channels lost their hub within {} s; rebuilding them pauses for {} s, then continues with one every {} s;"
              + " check the WireGuard hub of Tunelo's project",
          recent,
          WINDOW.toSeconds(),
          PAUSE.toSeconds(),
          BETWEEN.toSeconds());
    }
  }

  /** Returns whether this channel may be rebuilt now; if so, it waits no longer. */
  synchronized boolean admits(String uuid) {
    Instant now = clock.instant();
    tidy(now);
    if (on && now.isBefore(nextRebuild)) {
      return false;
    }
    if (on) {
      nextRebuild = now.plus(BETWEEN);
    }
    waiting.remove(uuid);
    return true;
  }

  /** Returns whether no channel at all may be rebuilt at the moment. */
  synchronized boolean isOn() {
    tidy(clock.instant());
    return on && clock.instant().isBefore(nextRebuild);
  }

  /** Returns why channels wait, while they do. */
  synchronized Optional<String> reason() {
    return on
        ? Optional.of(
            "hub lost for %d channels; rebuilding them at a limited rate".formatted(waiting.size()))
        : Optional.empty();
  }

  private synchronized double paused() {
    tidy(clock.instant());
    return on ? waiting.size() : 0;
  }

  private void tidy(Instant now) {
    waiting.values().removeIf(lost -> lost.last().plus(FORGOTTEN).isBefore(now));
    if (on && waiting.isEmpty()) {
      on = false;
      LOG.info("All channels have a hub again");
    }
  }
}
