package doni.worker.tunelo;

import doni.backend.BackendException;
import doni.convergence.AppliedPlan;
import doni.enrollment.Secret;
import doni.openstack.OpenStacks;
import doni.openstack.ServiceProperties;
import doni.simulator.SiteClock;
import doni.simulator.keystone.SimulatedKeystone;
import doni.simulator.tunelo.SimulatedTunelo;
import doni.worker.ConflictFinder;
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

/** The worker in front of a simulated Tunelo, over HTTP, with the devices of the site. */
final class TuneloSite implements AutoCloseable {

  /** Longer than a listing is trusted. */
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(11);

  private final SiteClock clock =
      new SiteClock(Instant.parse("2026-11-23T04:00:00Z"), Duration.ZERO);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SimulatedKeystone keystone = new SimulatedKeystone(0, clock);
  private final SimulatedTunelo tunelo =
      new SimulatedTunelo(0, clock, keystone::isValid, keystone.user("doni").project().id());
  private final List<EdgeDevice> devices = new ArrayList<>();
  private final TuneloWorker worker;

  TuneloSite() {
    keystone.addService("channel", "tunelo", tunelo.uri());
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
    Channels channels =
        new TuneloChannels(
            OpenStacks.behind(
                    keystone.authUrl(),
                    "doni",
                    new Secret(keystone.user("doni").password()),
                    meters,
                    clock)
                .service(settings));
    worker = new TuneloWorker(channels, new OneAtATime(), neighbours(), meters, clock);
  }

  private static final class OneAtATime implements DistributedLock {
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
  private ConflictFinder neighbours() {
    return (asking, _, sought) -> {
      String key = key(sought);
      List<ConflictFinder.Conflict> found = new ArrayList<>();
      boolean earlier = true;
      for (EdgeDevice device : devices) {
        if (device.id().equals(asking)) {
          earlier = false;
        } else if (device.wants(key) || device.reports(key)) {
          found.add(
              new ConflictFinder.Conflict(
                  device.id(),
                  earlier,
                  device.isDeleted(),
                  device.wants(key),
                  device.reports(key)));
        }
      }
      return found;
    };
  }

  private static String key(ConflictFinder.ConflictQuery sought) {
    return sought.details().toString().replaceAll(".*public_key=([^}]*=)}.*", "$1");
  }

  EdgeDevice enroll() {
    EdgeDevice device = new EdgeDevice();
    devices.add(device);
    return device;
  }

  /** A device whose channel {@code user} is there and recorded. */
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
    return device.keep(AppliedPlan.of(plan(device, Cause.REQUESTED)));
  }

  /** What an attempt tells that does not end well, whether it throws or not. */
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

  /** How it ends after some attempts, whatever was wrong before. */
  Outcome settled(EdgeDevice device) {
    String told = "";
    for (int i = 0; i < 5; i++) {
      try {
        Outcome outcome = requested(device);
        if (outcome instanceof Outcome.Synced || outcome instanceof Outcome.Gone) {
          return outcome;
        }
        told = outcome.toString();
      } catch (BackendException e) {
        told = e.toString();
        // As the engine would wait.
        e.retryAfter().ifPresent(clock::advance);
      }
    }
    throw new AssertionError("it does not settle: " + told);
  }

  Outcome routine(EdgeDevice device) {
    return device.keep(AppliedPlan.of(plan(device, Cause.SCHEDULED)));
  }

  /** One attempt of a sweep that has just begun for all. */
  Outcome swept(EdgeDevice device) {
    return device.keep(AppliedPlan.of(worker.plan(device.attempt(Cause.SCHEDULED))));
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
