package doni.doctor;

import doni.doctor.DoctorRunner.CheckResult;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.policy.PolicyTarget;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs the checks of {@code doni doctor} in the running service, for callers who may resync the
 * site. They log in to every backend, so a replica runs them one at a time and at most once a
 * minute; until then, callers get the last report.
 */
public final class SiteCheckService {

  private static final String RULE = "hardware:sync_all";
  private static final Duration FRESH = Duration.ofMinutes(1);

  /** Shorter than the time for which a browser or a proxy waits for an answer. */
  static final Duration TIME_LIMIT = Duration.ofSeconds(15);

  private final AccessPolicy policy;
  private final DoctorChecks checks;
  private final Clock clock;
  private final ReentrantLock running = new ReentrantLock();
  private volatile @Nullable SiteCheckReport last;

  SiteCheckService(AccessPolicy policy, DoctorChecks checks, Clock clock) {
    this.policy = policy;
    this.checks = checks;
    this.clock = clock;
  }

  /** Runs all checks once. */
  @FunctionalInterface
  interface DoctorChecks {
    List<CheckResult> run() throws InterruptedException;
  }

  /**
   * What the checks of one replica found.
   *
   * @param at when they ended
   */
  public record SiteCheckReport(Instant at, List<CheckResult> results) {

    public SiteCheckReport {
      results = List.copyOf(results);
    }

    /** Returns how many of the results are problems. */
    public long problems() {
      return results.stream().filter(CheckResult::isProblem).count();
    }
  }

  /**
   * Returns the last report of this replica; empty before the first, and for a caller who may not
   * run the checks.
   */
  public Optional<SiteCheckReport> last(Caller caller) {
    return policy.allows(RULE, caller, PolicyTarget.site())
        ? Optional.ofNullable(last)
        : Optional.empty();
  }

  /**
   * Runs the checks, or waits for those that run.
   *
   * @throws doni.request.RequestRefusedException if the caller may not
   */
  public SiteCheckReport check(Caller caller) throws InterruptedException {
    policy.enforce(RULE, caller, PolicyTarget.site());
    running.lockInterruptibly();
    try {
      SiteCheckReport report = last;
      if (report == null || report.at().plus(FRESH).isBefore(clock.instant())) {
        List<CheckResult> results = checks.run();
        report = new SiteCheckReport(clock.instant(), results);
        last = report;
      }
      return report;
    } finally {
      running.unlock();
    }
  }
}
