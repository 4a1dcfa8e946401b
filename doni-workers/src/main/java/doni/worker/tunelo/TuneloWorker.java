package doni.worker.tunelo;

import doni.backend.SharedSnapshot;
import doni.worker.ConflictFinder;
import doni.worker.DistributedLock;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives a device the WireGuard channels of {@code properties.channels}, and reports what its
 * coordinator needs as {@code channels.<name>}: {@code uuid}, {@code ip}, {@code endpoint} and
 * {@code peers}.
 *
 * <p>It owns the channels that carry a key the device has, or had when they were made. It never
 * updates one (Tunelo then cuts it off from its hub), and deletes none without having seen, just
 * before, that it is a channel with such a key: Tunelo deletes every port of the site by its uuid.
 * The hub is Tunelo's own, and is not touched.
 *
 * <p>404 to a creation means that the network is not ready, and defers. 500 to a creation may mean
 * anything, also that a quota is used up, and is retried after a look for the key. 404 to a
 * deletion is its success. Everything else that Tunelo refuses, or does not answer, is left to the
 * engine.
 */
final class TuneloWorker implements Worker {

  static final String TYPE = "tunelo";

  /** So old may a listing be that says that nothing is to be done. */
  private static final Duration LISTING_LASTS = Duration.ofSeconds(10);

  private final Means means;

  TuneloWorker(
      Channels channels,
      DistributedLock lock,
      ConflictFinder neighbours,
      MeterRegistry meters,
      Clock clock) {
    this.means =
        new Means(
            channels,
            new SharedSnapshot<>(() -> new SiteChannels(channels.list()), LISTING_LASTS, clock),
            lock,
            new Claims(neighbours),
            new RebuildBrake(meters, clock),
            clock);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Optional<LanePause> lanePause() {
    return means.channels().hold();
  }

  @Override
  public List<Finding> check() {
    return List.of(
        switch (means.channels().list()) {
          case Channels.Listed.All(List<Channel> channels) ->
              new Finding.Ok("Tunelo answers; the site has %d channels".formatted(channels.size()));
          case Channels.Listed.Unreadable(String reason) ->
              new Finding.Problem(
                  "Tunelo cannot list its channels: " + reason,
                  "one port at the site confuses it: find the port whose device_owner is channel: with another type"
                      + " (openstack port list --long) and delete or mend it");
        });
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    Recorded recorded = Recorded.of(attempt);
    Wishes wishes = Wishes.of(attempt.hardware());
    Sight sight = new Sight(means, attempt);
    Set<String> ownKeys = new LinkedHashSet<>(recorded.owned().values());
    ownKeys.addAll(recorded.unsettledKeys());
    wishes.wanted().forEach(wish -> ownKeys.add(wish.publicKey()));
    Removal removal = new Removal(means, sight, ownKeys);
    Report report = new Report(recorded, wishes, sight.begun());
    if (attempt.hardware().deleted()) {
      return Cleanup.of(means, sight, recorded, removal, report);
    }
    List<Step> steps = new Difference(means, sight, wishes, recorded, ownKeys).steps();
    Set<String> formerKeys = new LinkedHashSet<>(recorded.unsettledKeys());
    wishes.wanted().forEach(wish -> formerKeys.remove(wish.publicKey()));
    return new TuneloPlan(means, sight, removal, steps, formerKeys, report);
  }
}
