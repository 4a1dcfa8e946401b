package doni.worker.tunelo;

import static doni.worker.tunelo.EdgeDevice.key;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.simulator.SiteClock;
import doni.worker.ConflictFinder;
import doni.worker.DistributedLock;
import doni.worker.Worker;
import doni.worker.tunelo.TuneloClient.ChannelListing;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The tunelo worker in front of a Tunelo whose calls can fail. */
abstract class TuneloBench implements WorkerBench {

  /** A listing is good for an attempt that begins later, so time must pass between attempts. */
  static final Duration TICK = Duration.ofMillis(1);

  private static final HardwareId ID = HardwareId.parse("7c6d9f0e-0000-4000-8000-000000000001");
  private static final int MAX_KEY = 9;
  private static final int FOREIGN = 99;

  private final FaultyCalls<TuneloClient> calls;
  private final TuneloClient client;
  private final SiteClock clock;
  private final Worker worker;

  /**
   * @param client past which nothing fails
   */
  TuneloBench(FaultyCalls<TuneloClient> calls, TuneloClient client, SiteClock clock) {
    this.calls = calls;
    this.client = client;
    this.clock = clock;
    this.worker =
        new TuneloWorker(
            calls.client(),
            new UncontendedLock(),
            ConflictFinder.NONE,
            new SimpleMeterRegistry(),
            clock);
  }

  private static final class UncontendedLock implements DistributedLock {
    @Override
    public <T> T runLocked(String name, Duration patience, Supplier<T> work) {
      return work.get();
    }
  }

  static boolean writes(Method method) {
    return method.getReturnType() == TuneloWriteResult.class;
  }

  /** Changes a channel as another client's PUT does: it loses its hub, whatever else changes. */
  abstract void update(TuneloChannel channel, String publicKey);

  @Override
  public Worker worker() {
    return worker;
  }

  private static EdgeDevice device() {
    return new EdgeDevice().withId(ID).with("user", key(1)).with("mgmt", key(2));
  }

  @Override
  public Hardware hardware() {
    return device().hardware();
  }

  @Override
  public Map<String, Hardware> changedFields() {
    return Map.of(
        "key of user", device().with("user", key(3)).hardware(),
        "key of mgmt", device().with("mgmt", key(3)).hardware(),
        "both keys", device().with("user", key(3)).with("mgmt", key(4)).hardware(),
        "no key of mgmt", device().with("mgmt", null).hardware(),
        "no mgmt", device().without("mgmt").hardware());
  }

  @Override
  public void proceed(Hardware hardware) {
    clock.advance(TuneloDrift.HUB_LOST_FOR);
  }

  @Override
  public Map<String, Runnable> disturbances(Hardware hardware) {
    Map<String, Runnable> disturbances = new LinkedHashMap<>();
    disturbances.put("channel deleted", () -> client.delete(channel(2).uuid()));
    disturbances.put("key changed", () -> update(channel(1), key(FOREIGN)));
    disturbances.put("hub lost", () -> update(channel(1), key(1)));
    return disturbances;
  }

  private TuneloChannel channel(int key) {
    return client.list().key(key(key)).getFirst();
  }

  @Override
  public void deleteResource(Hardware hardware) {
    client.delete(channel(1).uuid());
  }

  @Override
  public String snapshot() {
    ChannelListing all = client.list();
    return IntStream.rangeClosed(1, MAX_KEY)
        .mapToObj(key -> "%d: %s".formatted(key, hubStates(all.key(key(key)))))
        .collect(Collectors.joining("\n"));
  }

  private static List<TuneloObservedState.HubState> hubStates(List<TuneloChannel> channels) {
    return channels.stream().map(TuneloChannel::hubState).toList();
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

  /** Public keys are no secrets; over HTTP there is a password. */
  @Override
  public Map<String, String> secrets() {
    return Map.of();
  }
}
