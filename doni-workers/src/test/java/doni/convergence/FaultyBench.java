package doni.convergence;

import doni.enrollment.Hardware;
import doni.simulator.SiteClock;
import java.time.Duration;

/**
 * A bench whose client's calls can fail.
 *
 * @param <C> the client's interface
 */
public abstract class FaultyBench<C> implements WorkerBench {

  private final FaultyCalls<C> calls;
  private final C client;
  private final SiteClock clock;

  /**
   * @param client the one behind {@code calls}, past which nothing fails
   * @param clock of the worker and its client
   */
  protected FaultyBench(FaultyCalls<C> calls, C client, SiteClock clock) {
    this.calls = calls;
    this.client = client;
    this.clock = clock;
  }

  /**
   * Returns the client for what happens outside of the worker: its calls neither fail nor count.
   */
  protected final C client() {
    return client;
  }

  /** Lets a minute pass. */
  @Override
  public void proceed(Hardware hardware) {
    clock.advance(Duration.ofMinutes(1));
  }

  @Override
  public int writes() {
    return calls.writes();
  }

  @Override
  public int calls() {
    return calls.calls();
  }

  @Override
  public void failCall(int skipped, Failure failure) {
    calls.failCall(skipped, failure);
  }

  @Override
  public void failWrite(int skipped, Failure failure) {
    calls.failWrite(skipped, failure);
  }
}
