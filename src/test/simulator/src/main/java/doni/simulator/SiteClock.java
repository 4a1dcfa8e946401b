package doni.simulator;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that a test moves; all of a site live by it. */
public final class SiteClock extends Clock {

  private final Duration tick;
  private final AtomicReference<Instant> now;

  /**
   * @param tick by how much it advances on each reading
   */
  public SiteClock(Instant start, Duration tick) {
    this.now = new AtomicReference<>(start);
    this.tick = tick;
  }

  public void advance(Duration by) {
    now.updateAndGet(before -> before.plus(by));
  }

  @Override
  public Instant instant() {
    return Objects.requireNonNull(now.updateAndGet(before -> before.plus(tick)));
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
