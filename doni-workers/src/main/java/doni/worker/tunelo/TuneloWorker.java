package doni.worker.tunelo;

import doni.backend.SharedSnapshot;
import doni.convergence.StateDetails;
import doni.worker.ConflictFinder;
import doni.worker.DistributedLock;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.RequeueTrigger;
import doni.worker.SiteListing;
import doni.worker.Worker;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import doni.worker.tunelo.TuneloClient.ChannelListing;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the WireGuard channels of a device in Tunelo, one for each entry of {@code
 * properties.channels} that has a key, and records what the device's coordinator needs as {@code
 * channels.<name>}: {@code uuid}, {@code ip}, {@code endpoint} and {@code peers}.
 *
 * <p><b>Owns</b> the channels whose key the device has, or had when they were created. A channel is
 * never updated, because Tunelo then cuts it off from its hub: it is deleted and created again. It
 * is deleted only after it was read by its uuid and has such a key, because Tunelo deletes any port
 * of the site. A channel without a hub is rebuilt after 30 s, at a limited rate.
 *
 * <p><b>Reads only</b> the hubs, which are Tunelo's own, the channels of other clients, and which
 * other devices claim a key.
 *
 * <table>
 * <caption>Outcome by answer</caption>
 * <tr><th>answer</th><th>outcome</th></tr>
 * <tr><td>404 for a creation: no host can run a hub</td><td>deferred</td></tr>
 * <tr><td>500 for a creation</td><td>failed, retried after the key was looked up; the message names
 * the channel, quota and subnet, because Tunelo does not say which of them it was</td></tr>
 * <tr><td>404 for a channel</td><td>forgotten; its deletion succeeds</td></tr>
 * <tr><td>another key than when it was recorded</td><td>replaced, left alone and reported until it
 * is gone</td></tr>
 * <tr><td>500 for the list because of a port of an unknown type</td><td>nothing is created or
 * replaced; recorded channels are read one by one; deferred where something is missing</td></tr>
 * <tr><td>hub not ready</td><td>deferred for 10 s, after 5 minutes at the engine's pace</td></tr>
 * <tr><td>key claimed by another device</td><td>deferred until that device is deleted or gets
 * another key, at most a minute; for 10 s while it gives up its channel</td></tr>
 * <tr><td>anything else</td><td>see {@link doni.convergence.FailureClassifier}</td></tr>
 * </table>
 */
final class TuneloWorker implements Worker {

  static final String TYPE = "tunelo";

  /**
   * How old a listing may be that says that nothing is to be done. With it, all devices of a hub
   * that was lost are observed with two listings a minute.
   */
  private static final Duration LISTING_LIFETIME = Duration.ofSeconds(30);

  private final TuneloClient client;
  private final DistributedLock lock;
  private final ConflictFinder conflicts;
  private final RebuildBrake brake;
  private final SharedSnapshot<ChannelListing> listing;
  private final Clock clock;
  private volatile RequeueTrigger trigger = RequeueTrigger.NONE;

  TuneloWorker(
      TuneloClient client,
      DistributedLock lock,
      ConflictFinder conflicts,
      MeterRegistry meters,
      Clock clock) {
    this.client = client;
    this.lock = lock;
    this.conflicts = conflicts;
    this.brake = new RebuildBrake(meters, clock);
    this.listing = new SharedSnapshot<>(client::list, LISTING_LIFETIME, clock);
    this.clock = clock;
  }

  @Override
  public String type() {
    return TYPE;
  }

  /** Requeues the devices that wait for a key when another device gives it up. */
  @Override
  public void start(RequeueTrigger started) {
    trigger = started;
  }

  @Override
  public List<Milestone> milestones(Map<String, Object> recorded) {
    return milestonesOf(new StateDetails(recorded));
  }

  /** Returns how far the device is on its way to Ready. */
  static List<Milestone> milestonesOf(StateDetails details) {
    TuneloRecordedState recorded = TuneloRecordedState.of(details);
    if (details.text(TuneloRecordedState.WAITING_FOR).isPresent()) {
      return List.of(
          Milestone.missing(
              Step.TUNNEL_UP,
              "the device has not sent its WireGuard key",
              "check that the device is on and its coordinator runs: it creates the key and sends it"));
    }
    if (!recorded.hubLostSince().isEmpty() || recorded.hubAwaitedSince().isPresent()) {
      return List.of(
          Milestone.missing(
              Step.TUNNEL_UP,
              "the site's end of the tunnel is not ready",
              "wait; if it lasts, ask the site's operator for the hub's WireGuard agent"));
    }
    return List.of(
        recorded.channels().isEmpty()
            ? Milestone.missing(
                Step.TUNNEL_UP,
                "the device has no channel: it has not sent its WireGuard key, or Doni still creates the channel",
                "check that the device is on and its coordinator runs: it creates the key and sends it, and"
                    + " Doni then creates the channel")
            : Milestone.reached(Step.TUNNEL_UP));
  }

  @Override
  public Optional<LanePause> lanePause() {
    return client.lanePause();
  }

  @Override
  public List<Finding> check() {
    ChannelListing channels = client.list();
    return List.of(
        channels
            .unreadable()
            .<Finding>map(reason ->
                new Finding.Problem(
                    "Tunelo cannot list its channels: " + reason,
                    "find the port whose device_owner starts with 'channel:' and names another type"
                        + " (openstack port list --long), and delete or correct it"))
            .orElseGet(() ->
                new Finding.Ok(
                    "Tunelo answers; the site has %d channels".formatted(channels.size()))));
  }

  /** A channel with a key that the device no longer has is found by that key alone. */
  @Override
  public Map<String, @Nullable Object> detailsAfterLoss(
      ReconcileContext lost, Map<String, Object> recorded) {
    Set<String> keys = new LinkedHashSet<>(TuneloDesiredState.of(lost.hardware()).keys());
    keys.addAll(TuneloRecordedState.of(new StateDetails(lost.details())).keys());
    return TuneloRecordedState.of(new StateDetails(recorded)).unsettledReport(keys);
  }

  @Override
  public Optional<SiteListing> listSite() {
    ChannelListing site = listing.fresh();
    return site.unreadable().isPresent()
        ? Optional.empty()
        : Optional.of(
            device -> TuneloRecordedState.of(new StateDetails(device.details())).differsFrom(site));
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    TuneloDesiredState desired = TuneloDesiredState.of(attempt.hardware());
    TuneloRecordedState recorded = TuneloRecordedState.of(new StateDetails(attempt.details()));
    boolean scheduled = attempt.cause() == ReconcileContext.Cause.SCHEDULED && !desired.deleted();
    ChannelReader reader =
        new ChannelReader(client, listing, conflicts, scheduled, clock.instant());
    return new TuneloPlan(client, lock, brake, reader, trigger, desired, recorded);
  }
}
