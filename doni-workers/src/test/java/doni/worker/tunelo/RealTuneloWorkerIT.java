package doni.worker.tunelo;

import static doni.worker.tunelo.EdgeDevice.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.convergence.AppliedPlan;
import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.enrollment.Hardware;
import doni.simulator.SiteClock;
import doni.worker.Outcome;
import doni.worker.ReconcileContext.Cause;
import doni.worker.tunelo.TuneloDesiredState.DesiredChannel;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The worker with a real Tunelo, which is started by hand: {@code DONI_TEST_TUNELO_URL} is its URL.
 */
@EnabledIfEnvironmentVariable(named = RealTunelo.URL, matches = ".+")
class RealTuneloWorkerIT extends WorkerContractTest {

  private static final RealTunelo TUNELO = new RealTunelo();

  /** Longer than the lifetime of a shared listing. */
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(31);

  private final TuneloClient client = TUNELO.client();

  @BeforeEach
  void makeHub() {
    TUNELO.clear();
    if (TUNELO.hubs().isEmpty()) {
      client.delete(create(50).uuid());
    }
    TUNELO.makeHubsReady();
  }

  @AfterAll
  static void clear() {
    TUNELO.clear();
  }

  private TuneloChannel create(int key) {
    var result = client.create(new DesiredChannel("user", "wireguard", key(key)));
    return ((TuneloWriteResult.Created) result).channel();
  }

  @Override
  protected WorkerBench open() {
    TUNELO.clear();
    return new RealBench();
  }

  private static final class RealBench extends TuneloBench {

    private final SiteClock clock;

    private RealBench() {
      this(new SiteClock(Instant.now(), TICK));
    }

    private RealBench(SiteClock clock) {
      super(
          FaultyCalls.inMemory(TuneloClient.class, TUNELO.client(), "tunelo", TuneloBench::writes),
          TUNELO.client(),
          clock);
      this.clock = clock;
    }

    @Override
    void update(TuneloChannel channel, String publicKey) {
      TUNELO.update(channel.uuid(), publicKey);
    }

    @Override
    public void proceed(Hardware hardware) {
      super.proceed(hardware);
      TUNELO.makeHubsReady();
    }

    private Outcome attempt(EdgeDevice device) {
      clock.advance(BETWEEN_ATTEMPTS);
      return device.record(AppliedPlan.of(worker().plan(device.attempt(Cause.REQUESTED))));
    }

    private Outcome settle(EdgeDevice device) {
      Outcome last = attempt(device);
      for (int i = 0;
          i < 5 && !(last instanceof Outcome.Synced || last instanceof Outcome.Gone);
          i++) {
        proceed(device.hardware());
        last = attempt(device);
      }
      return last;
    }

    @Override
    public Map<String, String> secrets() {
      return Map.of("password", RealTunelo.password());
    }

    @Override
    public void close() {
      TUNELO.clear();
    }
  }

  private static EdgeDevice deviceWith(int key) {
    return new EdgeDevice().with("user", key(key));
  }

  @Test
  void reportsWhatTheDeviceNeeds() {
    RealBench bench = new RealBench();
    EdgeDevice device = deviceWith(1);

    assertThat(bench.attempt(device)).isInstanceOf(Outcome.Synced.class);

    Map<?, ?> reported = device.reported("user").orElseThrow();
    assertThat(String.valueOf(reported.get("ip"))).matches("[0-9.]+");
    assertThat(String.valueOf(reported.get("peers"))).contains("endpoint=", "public_key=", "ip=");
    assertThat(client.find(device.uuid("user"))).isPresent();
  }

  @Test
  void waitsUntilTheAgentHasMadeTheHub() {
    TUNELO.removeHubs();
    RealBench bench = new RealBench();
    EdgeDevice device = deviceWith(1);

    assertThat(bench.attempt(device))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns("user: hub not ready", Outcome.Deferred::reason);
    assertThat(bench.writes()).isEqualTo(1);

    TUNELO.makeHubsReady();
    assertThat(bench.attempt(device)).isInstanceOf(Outcome.Synced.class);
    assertThat(bench.writes()).isEqualTo(1);
  }

  @Test
  void givesTheChannelsAnotherHubWhenTheirsIsGone() {
    RealBench bench = new RealBench();
    EdgeDevice device = new EdgeDevice().with("user", key(1)).with("mgmt", key(2));
    bench.settle(device);
    List<String> former = List.of(device.uuid("user"), device.uuid("mgmt"));
    TUNELO.removeHubs();

    assertThat(bench.attempt(device)).isInstanceOf(Outcome.Deferred.class);
    assertThat(bench.settle(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(TUNELO.hubs()).hasSize(1);
    assertThat(former).noneMatch(TUNELO::hasPort);
    assertThat(List.of(device.uuid("user"), device.uuid("mgmt"))).allMatch(TUNELO::hasPort);
  }

  @Test
  void deletesAChannelOnlyOnce() {
    TuneloChannel channel = create(1);

    assertThat(client.delete(channel.uuid())).isEqualTo(TuneloWriteResult.DELETED);
    assertThat(client.delete(channel.uuid())).isEqualTo(TuneloWriteResult.ABSENT);
    assertThat(client.find(channel.uuid())).isEmpty();
    assertThat(client.list().uuid(channel.uuid())).isEmpty();
  }

  @Test
  void createsNothingWhileTuneloCannotListItsChannels() {
    RealBench bench = new RealBench();
    EdgeDevice steady = deviceWith(1);
    bench.settle(steady);
    int writes = bench.writes();
    String odd = TUNELO.addPort("channel:other:spoke");
    try {
      assertThat(bench.attempt(deviceWith(2)))
          .asInstanceOf(type(Outcome.Deferred.class))
          .returns(
              "user: not created while Tunelo cannot list its channels (Channel type 'other' is not"
                  + " supported.)",
              Outcome.Deferred::reason);
      assertThat(bench.attempt(steady)).isInstanceOf(Outcome.Synced.class);
      assertThat(bench.writes()).isEqualTo(writes);
    } finally {
      TUNELO.removePort(odd);
    }
  }

  @Test
  void recoversFromAUsedUpQuota() {
    assertRecovers(TUNELO::withUsedUpQuota);
  }

  @Test
  void recoversFromAUsedUpSubnet() {
    assertRecovers(TUNELO::withUsedUpSubnet);
  }

  private interface Shortage {
    void during(Runnable work);
  }

  private void assertRecovers(Shortage shortage) {
    RealBench bench = new RealBench();
    EdgeDevice device = deviceWith(1);

    shortage.during(() -> {
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThat(failure(bench, device))
            .contains(
                "An unknown error occurred.",
                "creation of channel user; check the project's port quota in Neutron and the free"
                    + " addresses of the subnet");
      }
      assertThat(client.list().key(key(1))).isEmpty();
    });

    assertThat(bench.settle(device)).isInstanceOf(Outcome.Synced.class);
    assertThat(client.list().key(key(1))).hasSize(1);
  }

  private static String failure(RealBench bench, EdgeDevice device) {
    Outcome outcome = bench.attempt(device);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) outcome).retryable()).isTrue();
    return ((Outcome.Failed) outcome).message();
  }

  @Test
  void neverDeletesAPortThatIsNoChannelOfOurs() {
    RealBench bench = new RealBench();
    String server = TUNELO.addPort("compute:nova");
    String foreign = create(9).uuid();
    String hub = TUNELO.hubs().getFirst();
    try {
      for (String wrong : List.of(server, foreign, hub)) {
        EdgeDevice confused = deviceWith(1);
        confused
            .details()
            .put("channels", Map.of("user", Map.of("uuid", wrong), "mgmt", Map.of("uuid", wrong)));

        assertThat(bench.settle(confused)).isInstanceOf(Outcome.Synced.class);
        assertThat(bench.settle(confused.delete())).isInstanceOf(Outcome.Gone.class);
      }

      assertThat(List.of(server, foreign, hub)).allMatch(TUNELO::hasPort);
      assertThat(client.list().key(key(1))).isEmpty();
    } finally {
      TUNELO.removePort(server);
    }
  }
}
