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
 * Keeps a lost hub from rebuilding thousands of channels at once: each gets a new address, which
 * its device must learn. When more than twenty channels are seen without a peer within a minute,
 * rebuilding pauses, so that somebody can look; then it goes on at a limited rate until few are
 * left.
 *
 * <p>While it is on, the gauge {@code doni.tunelo.rebuilds.paused} is the number of channels that
 * wait. It is kept for one replica; each replica has its own.
 */
final class RebuildBrake {

  private static final Logger LOG = LoggerFactory.getLogger(RebuildBrake.class);

  static final String PAUSED = "doni.tunelo.rebuilds.paused";
  static final int MOST_AT_ONCE = 20;
  static final Duration WINDOW = Duration.ofMinutes(1);
  static final Duration PAUSE = Duration.ofMinutes(2);

  /** Ten a minute. */
  static final Duration BETWEEN = Duration.ofSeconds(6);

  /** A channel is looked at every half minute while it waits; one that is not has left. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(3);

  /** How long a channel waits that is not let through. */
  static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

  private final Clock clock;
  private final Map<String, Sighting> waiting = new LinkedHashMap<>();
  private boolean on;
  private Instant nextRebuild = Instant.MIN;

  private record Sighting(Instant first, Instant last) {}

  RebuildBrake(MeterRegistry meters, Clock clock) {
    this.clock = clock;
    meters.gauge(PAUSED, this, RebuildBrake::paused);
  }

  /** A channel was seen without a peer. */
  synchronized void noticed(String uuid) {
    Instant now = clock.instant();
    waiting.merge(uuid, new Sighting(now, now), (old, _) -> new Sighting(old.first(), now));
    tidy(now);
    long recent =
        waiting.values().stream().filter(s -> s.first().isAfter(now.minus(WINDOW))).count();
    if (!on && recent > MOST_AT_ONCE) {
      on = true;
      nextRebuild = now.plus(PAUSE);
      LOG.warn(
          "{} channels have lost their hub within {} s: rebuilding them pauses for {} s, then goes on at one every {} s."
              + " Is the WireGuard hub of Tunelo's project gone?",
          recent,
          WINDOW.toSeconds(),
          PAUSE.toSeconds(),
          BETWEEN.toSeconds());
    }
  }

  /** Whether this channel may be rebuilt now; if so, it has left. */
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

  /** Says why a channel waits, while it does. */
  synchronized Optional<String> reason() {
    return on
        ? Optional.of(
            "the hub is lost for %d channels: they are rebuilt at a limited rate"
                .formatted(waiting.size()))
        : Optional.empty();
  }

  private synchronized double paused() {
    tidy(clock.instant());
    return on ? waiting.size() : 0;
  }

  private void tidy(Instant now) {
    waiting.values().removeIf(sighting -> sighting.last().plus(FORGOTTEN).isBefore(now));
    if (on && waiting.isEmpty()) {
      on = false;
      LOG.info("no channel waits for a new hub any more");
    }
  }
}
