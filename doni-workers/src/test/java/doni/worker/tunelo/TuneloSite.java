package doni.worker.tunelo;

import doni.backend.BackendException;
import doni.convergence.AppliedPlan;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.openstack.OpenStacks;
import doni.openstack.ServiceProperties;
import doni.simulator.SiteClock;
import doni.simulator.keystone.SimulatedKeystone;
import doni.simulator.tunelo.SimulatedTunelo;
import doni.worker.ConflictFinder.Conflict;
import doni.worker.ConflictFinder.ConflictQuery;
import doni.worker.DistributedLock;
import doni.worker.Outcome;
import doni.worker.ReconcileContext.Cause;
import doni.worker.ReconcilePlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The tunelo worker in front of a simulated Tunelo over HTTP, with the devices of the site. */
final class TuneloSite implements AutoCloseable {

  /** Longer than the lifetime of a shared listing. */
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(31);

  private final SiteClock clock;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SimulatedKeystone keystone;
  private final SimulatedTunelo tunelo;
  private final List<EdgeDevice> devices = new ArrayList<>();
  private final TuneloWorker worker;

  TuneloSite() {
    this(Duration.ZERO);
  }

  /**
   * @param tick by how much the clock moves on each reading
   */
  TuneloSite(Duration tick) {
    clock = new SiteClock(Instant.parse("2026-11-23T04:00:00Z"), tick);
    keystone = new SimulatedKeystone(0, clock);
    tunelo = new SimulatedTunelo(0, clock, keystone::isValid, keystone.user("doni").project().id());
    keystone.addService("channel", "tunelo", tunelo.uri());
    worker = new TuneloWorker(client(), new SiteLock(), this::conflicts, meters, clock);
  }

  /** Opens another client of the same Tunelo. */
  TuneloClient client() {
    ServiceProperties settings =
        new ServiceProperties(
            "tunelo",
            "channel",
            "public",
            "RegionOne",
            null,
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            10);
    return new HttpTuneloClient(
        OpenStacks.behind(
                keystone.authUrl(),
                "doni",
                new Secret(keystone.user("doni").password()),
                meters,
                clock)
            .service(settings));
  }

  private static final class SiteLock implements DistributedLock {
    private final ReentrantLock lock = new ReentrantLock();

    @Override
    public <T> T runLocked(String name, Duration patience, Supplier<T> work) {
      lock.lock();
      try {
        return work.get();
      } finally {
        lock.unlock();
      }
    }
  }

  /** As the inventory finds them; a device's place in the list is the order of enrollment. */
  private List<Conflict> conflicts(HardwareId asking, String worker, ConflictQuery query) {
    String key = key(query);
    List<Conflict> found = new ArrayList<>();
    boolean earlier = true;
    for (EdgeDevice device : devices) {
      if (device.id().equals(asking)) {
        earlier = false;
      } else if (device.wants(key) || device.reports(key)) {
        found.add(
            new Conflict(
                device.id(), earlier, device.isDeleted(), device.wants(key), device.reports(key)));
      }
    }
    return found;
  }

  private static String key(ConflictQuery query) {
    return query.details().toString().replaceAll(".*public_key=([^}]*=)}.*", "$1");
  }

  EdgeDevice enroll() {
    EdgeDevice device = new EdgeDevice();
    devices.add(device);
    return device;
  }

  /** Enrolls a device whose channel {@code user} exists and is recorded. */
  EdgeDevice steady(int key) {
    EdgeDevice device = enroll().with("user", EdgeDevice.key(key));
    Outcome outcome = requested(device);
    if (!(outcome instanceof Outcome.Synced)) {
      throw new IllegalStateException(outcome.toString());
    }
    return device;
  }

  void disenroll(EdgeDevice device) {
    devices.remove(device);
  }

  ReconcilePlan plan(EdgeDevice device, Cause cause) {
    clock.advance(BETWEEN_ATTEMPTS);
    return worker.plan(device.attempt(cause));
  }

  Outcome requested(EdgeDevice device) {
    return device.record(AppliedPlan.of(plan(device, Cause.REQUESTED)));
  }

  /** Returns the reason or message of an attempt that did not end well, thrown or not. */
  String requestedOrThrown(EdgeDevice device) {
    try {
      return switch (requested(device)) {
        case Outcome.Deferred deferred -> deferred.reason();
        case Outcome.Failed failed -> failed.message();
        case Outcome.Synced _, Outcome.Gone _ -> "";
      };
    } catch (BackendException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Makes attempts until the device is steady or gone. */
  Outcome settled(EdgeDevice device) {
    String last = "";
    for (int i = 0; i < 5; i++) {
      try {
        Outcome outcome = requested(device);
        if (outcome instanceof Outcome.Synced || outcome instanceof Outcome.Gone) {
          return outcome;
        }
        last = outcome.toString();
      } catch (BackendException e) {
        last = e.toString();
        // As the engine would wait.
        e.retryAfter().ifPresent(clock::advance);
      }
    }
    throw new AssertionError("not settled: " + last);
  }

  Outcome scheduled(EdgeDevice device) {
    return device.record(AppliedPlan.of(plan(device, Cause.SCHEDULED)));
  }

  /** Makes one scheduled attempt of a sweep that has just begun for all devices. */
  Outcome swept(EdgeDevice device) {
    return device.record(AppliedPlan.of(worker.plan(device.attempt(Cause.SCHEDULED))));
  }

  /** Makes a requested attempt right after the one before, as during an import. */
  Outcome requestedAtOnce(EdgeDevice device) {
    return device.record(AppliedPlan.of(worker.plan(device.attempt(Cause.REQUESTED))));
  }

  TuneloWorker worker() {
    return worker;
  }

  SimulatedTunelo tunelo() {
    return tunelo;
  }

  SimulatedKeystone keystone() {
    return keystone;
  }

  SiteClock clock() {
    return clock;
  }

  double gauge(String name) {
    return meters.get(name).gauge().value();
  }

  @Override
  public void close() {
    tunelo.close();
    keystone.close();
  }
}
