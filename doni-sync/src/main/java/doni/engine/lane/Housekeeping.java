package doni.engine.lane;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine's small chores, each a few milliseconds long. After {@link #stop} none is begun. */
public final class Housekeeping {

  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  /** Enough that a chore which waits for the database does not hold up the others. */
  private static final int THREADS = 4;

  private final ScheduledExecutorService executor =
      Executors.newScheduledThreadPool(
          THREADS, Thread.ofVirtual().name("lane-housekeeping-", 0).factory());

  void in(Duration delay, Runnable chore) {
    try {
      var _ = executor.schedule(safely(chore), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Stopping; a chore is left undone", e);
    }
  }

  public void every(Duration interval, Runnable chore) {
    var _ =
        executor.scheduleWithFixedDelay(
            safely(chore), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  public void stop() {
    executor.shutdownNow();
  }

  /** An exception that got out would end the repetition for good. */
  private static Runnable safely(Runnable chore) {
    return () -> {
      try {
        chore.run();
      } catch (RuntimeException e) {
        LOG.warn("A chore of the lanes failed", e);
      }
    };
  }
}
