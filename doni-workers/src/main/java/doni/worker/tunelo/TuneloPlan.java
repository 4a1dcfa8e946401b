package doni.worker.tunelo;

import doni.backend.BackendException;
import doni.convergence.ConvergingPlan;
import doni.worker.Change;
import doni.worker.DistributedLock;
import doni.worker.Outcome;
import doni.worker.RequeueTrigger;
import doni.worker.tunelo.TuneloDesiredState.DesiredChannel;
import doni.worker.tunelo.TuneloDrift.ChannelWait;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import doni.worker.tunelo.TuneloWrite.CreateChannel;
import doni.worker.tunelo.TuneloWrite.DeleteChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the drift of one device's channels until nothing differs.
 *
 * <p>It catches one failure, that of a creation, and throws it again: a key whose channel may exist
 * although the answer was lost is recorded, and the message of an answer 500 names the channel and
 * the likely causes.
 */
final class TuneloPlan extends ConvergingPlan<TuneloObservedState> {

  /** Longer than a creation of another replica takes. */
  private static final Duration CREATION_PATIENCE = Duration.ofSeconds(90);

  private static final Logger LOG = LoggerFactory.getLogger(TuneloPlan.class);

  private final TuneloClient client;
  private final DistributedLock lock;
  private final RebuildBrake brake;
  private final ChannelReader reader;
  private final RequeueTrigger trigger;
  private final TuneloDesiredState desired;
  private final TuneloRecordedState before;
  private final DeletionGuard guard;
  private final Map<String, ChannelWait> postponed = new LinkedHashMap<>();
  private TuneloRecordedState recorded;

  /** Reads the device's channels, in a scheduled attempt from the shared listing. */
  TuneloPlan(
      TuneloClient client,
      DistributedLock lock,
      RebuildBrake brake,
      ChannelReader reader,
      RequeueTrigger trigger,
      TuneloDesiredState desired,
      TuneloRecordedState recorded) {
    super(reader.observe(desired, recorded, false), !reader.isScheduled());
    this.client = client;
    this.lock = lock;
    this.brake = brake;
    this.reader = reader;
    this.trigger = trigger;
    this.desired = desired;
    this.before = recorded;
    this.recorded = recorded;
    Set<String> ownKeys = new LinkedHashSet<>(recorded.keys());
    ownKeys.addAll(desired.keys());
    this.guard = new DeletionGuard(client, ownKeys);
    if (brake.isOn()) {
      // Without a write there is no need for a listing of its own, for each of hundreds of devices.
      drift(observed()).rebuilds().keySet().forEach(this::postponeRebuild);
    }
  }

  private void postponeRebuild(String name) {
    String reason = brake.reason().orElse("channel has no hub");
    postponed.put(name, new ChannelWait(name, reason, RebuildBrake.NEXT_CHECK));
  }

  @Override
  public List<Change> changes() {
    return drift(observed()).changes();
  }

  @Override
  public Optional<Outcome> conclusion() {
    return conclude(observed());
  }

  @Override
  public Map<String, @Nullable Object> unfinishedDetails() {
    return recorded.equals(before) ? Map.of() : recorded.details(desired);
  }

  @Override
  protected TuneloObservedState observe() {
    return reader.observe(desired, recorded, true);
  }

  /** Lets the brake decide which channels without a hub this attempt may rebuild. */
  @Override
  protected void prepare(TuneloObservedState observed) {
    TuneloDrift drift = drift(observed);
    if (desired.deleted() && drift.writes().isEmpty()) {
      drift
          .unrepaired()
          .ifPresent(left -> {
            LOG.warn("The device is deleted, but {}", left.reason());
            log().addAll(left.differences());
          });
    }
    Stream.concat(drift.settled().values().stream(), drift.rebuilds().values().stream())
        .filter(TuneloChannel::hasLostHub)
        .forEach(channel -> brake.noticed(channel.uuid()));
    drift
        .rebuilds()
        .forEach((name, channel) -> {
          if (!postponed.containsKey(name) && !brake.admits(channel.uuid())) {
            postponeRebuild(name);
          }
        });
  }

  @Override
  protected Optional<Outcome> conclude(TuneloObservedState observed) {
    TuneloDrift drift = drift(observed);
    if (!drift.writes().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(desired.deleted() ? withdrawn(observed) : enrolled(drift, observed));
  }

  @Override
  protected Optional<Outcome> write(TuneloObservedState observed) {
    for (TuneloWrite write : drift(observed).writes()) {
      TuneloWriteResult result =
          switch (write) {
            case CreateChannel(DesiredChannel channel) -> create(channel);
            case DeleteChannel delete -> guard.delete(delete, gate());
          };
      if (result instanceof TuneloWriteResult.Changed) {
        // The rest was derived from a state that has changed.
        return Optional.empty();
      }
      record(write, result);
    }
    return Optional.empty();
  }

  @Override
  protected String subject() {
    return "the device's channels";
  }

  private TuneloDrift drift(TuneloObservedState seen) {
    return TuneloDrift.between(desired, seen, recorded, postponed);
  }

  private Outcome enrolled(TuneloDrift drift, TuneloObservedState seen) {
    Map<String, @Nullable Object> details =
        recorded.concluded(desired, drift, seen).details(desired);
    Stream<String> waits = drift.waits().stream().map(ChannelWait::text);
    if (!drift.refusals().isEmpty()) {
      Stream<String> refusals =
          drift.refusals().entrySet().stream().map(it -> it.getKey() + ": " + it.getValue());
      return new Outcome.Failed(
              Stream.concat(refusals, waits).collect(Collectors.joining("; ")),
              !drift.waits().isEmpty(),
              soonest(drift.waits()),
              details)
          .at(Outcome.BlockedBy.ENROLLMENT);
    }
    return drift.waits().isEmpty()
        ? new Outcome.Synced(details, List.of(), drift.unrepaired())
        : new Outcome.Deferred(
            waits.collect(Collectors.joining("; ")), soonest(drift.waits()), details);
  }

  private static @Nullable Duration soonest(List<ChannelWait> waits) {
    return waits.stream()
        .map(ChannelWait::after)
        .filter(Objects::nonNull)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  private Outcome withdrawn(TuneloObservedState seen) {
    return seen.unlisted()
        .<Outcome>map(reason ->
            new Outcome.Deferred(
                "Tunelo cannot list its channels (%s), and one that was never recorded may exist"
                    .formatted(reason),
                null,
                recorded.details(desired)))
        .orElseGet(() -> new Outcome.Gone(List.of()));
  }

  private void record(TuneloWrite write, TuneloWriteResult result) {
    switch (write) {
      case CreateChannel(DesiredChannel channel) -> {
        if (result instanceof TuneloWriteResult.Created(TuneloChannel created)) {
          recorded = recorded.withChannel(channel.name(), created);
        } else if (result instanceof TuneloWriteResult.NotReady(String text)) {
          String reason = "Tunelo's network is not ready: " + text;
          postponed.put(channel.name(), new ChannelWait(channel.name(), reason, null));
        }
      }
      case DeleteChannel(TuneloChannel channel, _) -> {
        reader.deleted(channel.uuid());
        recorded = recorded.without(channel.uuid());
        requeueClaimants(channel.publicKey());
      }
    }
    if (result instanceof TuneloWriteResult.Created
        || result instanceof TuneloWriteResult.Deleted) {
      log().add(write.change());
    }
  }

  /** Another device may be waiting for the key that this one has given up. */
  private void requeueClaimants(String publicKey) {
    if (!desired.keys().contains(publicKey) || desired.deleted()) {
      trigger.requeueByName(reader.ownerNow(desired.device(), publicKey).claimants());
    }
  }

  /**
   * One at a time in a project: concurrent creations that find no hub create one each, and devices
   * on different hubs cannot reach one another.
   */
  private TuneloWriteResult create(DesiredChannel channel) {
    // A replica that dies in the creation leaves a channel whose key may have been replaced since.
    gate().announce(recorded.unsettledReport(desired.keys()));
    try {
      return lock.runLocked(
          "tunelo/" + client.project(),
          CREATION_PATIENCE,
          () -> gate().admit(() -> client.create(channel)));
    } catch (BackendException e) {
      throw failedCreation(channel, e);
    }
  }

  private BackendException failedCreation(DesiredChannel channel, BackendException e) {
    boolean hasStatus = e.kind() == BackendException.Kind.STATUS;
    boolean refused = hasStatus && e.status() >= 300 && e.status() < 500;
    if (e.write() && !refused) {
      recorded = recorded.withUnsettledKey(channel.publicKey());
    }
    if (!hasStatus || e.status() != 500) {
      return e;
    }
    recorded = recorded.withFailedCreation();
    return BackendException.answered(
        e.service(),
        e.status(),
        "%s (creation of channel %s; check the project's port quota in Neutron and the free addresses of the subnet)"
            .formatted(e.text(), channel.name()),
        e.write(),
        e.retryAfter().orElse(null));
  }
}
