package doni.worker.balena;

import static org.awaitility.Awaitility.await;

import doni.convergence.FaultyCalls;
import doni.enrollment.Hardware;
import doni.simulator.SiteClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The worker with a real openBalena, which is started by hand: {@code DONI_TEST_BALENA_URL} is its
 * URL, {@code DONI_TEST_BALENA_TOKEN} the API key of its user {@code admin}.
 */
@EnabledIfEnvironmentVariable(named = RealBalena.URL, matches = ".+")
class RealBalenaWorkerIT extends BalenaWorkerContract {

  private static RealBalena balena;

  @BeforeAll
  static void connect() {
    balena = new RealBalena();
  }

  @AfterAll
  static void clear() {
    balena.clear();
  }

  @Override
  protected BalenaServerBench open() {
    balena.clear();
    SiteClock clock = new SiteClock(Instant.now(), Duration.ZERO);
    return new RealBench(balena, balena.client(clock), clock);
  }

  private static final class RealBench extends BalenaServerBench {

    private final RealBalena balena;

    private RealBench(RealBalena balena, BalenaClient client, SiteClock clock) {
      super(
          FaultyCalls.inMemory(BalenaClient.class, client, BalenaApi.SERVICE, BalenaBench::writes),
          client,
          balena.properties(),
          clock);
      this.balena = balena;
    }

    @Override
    long fleet() {
      return balena.fleet();
    }

    @Override
    long otherFleet() {
      return balena.otherFleet();
    }

    /**
     * Waits until the server has installed the fleet's services, which may be in the background.
     */
    @Override
    public void proceed(Hardware hardware) {
      super.proceed(hardware);
      await()
          .until(() ->
              client()
                  .device(UUID)
                  .filter(device -> !device.hasService(BalenaFixtures.SERVICE))
                  .isEmpty());
    }

    @Override
    public String snapshot() {
      return client().device(UUID).map(BalenaBench::text).orElse("");
    }

    @Override
    public void close() {
      balena.clear();
    }
  }
}
