package doni.database;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats jobs that poll the database, each on a virtual thread. A failed job is repeated. */
public final class DatabasePoller {

  private static final Logger LOG = LoggerFactory.getLogger(DatabasePoller.class);

  private final ScheduledExecutorService executor;

  /**
   * @param threads a name for the threads
   * @param jobs how many jobs can run at the same time
   */
  public DatabasePoller(String threads, int jobs) {
    this.executor =
        Executors.newScheduledThreadPool(jobs, Thread.ofVirtual().name(threads + "-", 0).factory());
  }

  /**
   * Starts a job.
   *
   * @param what names the job in the log
   * @param first the delay before its first run
   * @param interval the pause between two runs
   */
  public void every(String what, Duration first, Duration interval, Runnable job) {
    var _ =
        executor.scheduleWithFixedDelay(
            () -> run(what, job), first.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void run(String what, Runnable job) {
    try {
      job.run();
    } catch (RuntimeException e) {
      // An uncaught exception would end the repetition.
      LOG.warn("{} failed; retrying soon", what, e);
    }
  }

  /** Starts no further run; a running one continues. */
  public void stop() {
    executor.shutdown();
  }

  /** Interrupts running jobs and starts no further run. */
  public void stopNow() {
    executor.shutdownNow();
  }

  /** Waits after {@link #stop} until no job runs; false if that takes longer than the patience. */
  public boolean awaitStopped(Duration patience) throws InterruptedException {
    return executor.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
  }
}
