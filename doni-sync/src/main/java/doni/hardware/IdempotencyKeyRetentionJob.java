package doni.hardware;

import doni.database.DatabasePoller;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/** Removes idempotency keys that are older than a day, every ten minutes. */
final class IdempotencyKeyRetentionJob implements SmartLifecycle {

  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration INTERVAL = Duration.ofMinutes(10);

  private final IdempotencyKeyStore keys;
  private final DatabasePoller poller = new DatabasePoller("idempotency-key-retention", 1);
  private volatile boolean running;

  IdempotencyKeyRetentionJob(IdempotencyKeyStore keys) {
    this.keys = keys;
  }

  @Override
  public void start() {
    running = true;
    poller.every("Removal of old idempotency keys", FIRST, INTERVAL, keys::removeExpired);
  }

  @Override
  public void stop() {
    running = false;
    poller.stopNow();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** It cannot be started again. */
  @Override
  public boolean isPauseable() {
    return false;
  }
}
