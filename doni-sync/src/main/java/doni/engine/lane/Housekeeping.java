package doni.engine.lane;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the engine's short background jobs. After {@link #stop} none is started. */
public final class Housekeeping {

  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  /** Enough that a job that waits for the database does not delay the others. */
  private static final int THREADS = 4;

  private final ScheduledExecutorService executor =
      Executors.newScheduledThreadPool(
          THREADS, Thread.ofVirtual().name("lane-housekeeping-", 0).factory());

  void in(Duration delay, Runnable job) {
    try {
      var _ = executor.schedule(safely(job), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Stopping; a background job was dropped", e);
    }
  }

  public void every(Duration interval, Runnable job) {
    var _ =
        executor.scheduleWithFixedDelay(safely(job), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  public void stop() {
    executor.shutdownNow();
  }

  /** An exception that escaped would end the repetition. */
  private static Runnable safely(Runnable job) {
    return () -> {
      try {
        job.run();
      } catch (RuntimeException e) {
        LOG.warn("A background job of the lanes failed", e);
      }
    };
  }
}
