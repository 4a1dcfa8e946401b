package doni.database;

import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/** Removes old rows regularly. Replicas that do so at the same time share the work. */
public final class RetentionJob implements SmartLifecycle {

  private static final Duration FIRST = Duration.ofMinutes(1);

  private final String what;
  private final Duration interval;
  private final Runnable removal;
  private final DatabasePoller poller;
  private volatile boolean running;

  /**
   * @param threads a name for the thread
   * @param what names the job in the log
   * @param interval the pause between two runs
   */
  public RetentionJob(String threads, String what, Duration interval, Runnable removal) {
    this.what = what;
    this.interval = interval;
    this.removal = removal;
    this.poller = new DatabasePoller(threads, 1);
  }

  @Override
  public void start() {
    running = true;
    poller.every(what, FIRST, interval, removal);
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
