package doni.worker.balena;

import doni.convergence.ConvergingPlan;
import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import doni.worker.balena.BalenaDesiredState.DesiredDevice;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaWrite.DeleteDevice;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the drift of one device in Balena until nothing differs. Balena answers 200 to a change or
 * a deletion of a row that does not exist, so only the next observation shows whether a write was
 * carried out.
 */
final class BalenaPlan extends ConvergingPlan<BalenaObservedState> {

  private static final Logger LOG = LoggerFactory.getLogger(BalenaPlan.class);

  private final BalenaClient client;
  private final Clock clock;
  private final BalenaDesiredState desired;
  private BalenaRecordedState recorded;
  private BalenaObservedState latest;
  private boolean deletionSent;

  /**
   * Reads the device's state.
   *
   * @param current whether to read the device itself; otherwise a recent listing suffices
   */
  BalenaPlan(
      BalenaClient client,
      Clock clock,
      BalenaDesiredState desired,
      BalenaRecordedState recorded,
      boolean current) {
    super(BalenaObservedState.read(client, desired, current), current);
    this.client = client;
    this.clock = clock;
    this.desired = desired;
    this.recorded = recorded;
    this.latest = observed();
  }

  @Override
  public List<Change> changes() {
    return drift(observed()).changes();
  }

  @Override
  public Optional<Outcome> conclusion() {
    return conclude(observed());
  }

  /** Balena shows a device key once, in the answer to the write that issues it. */
  @Override
  public Map<String, @Nullable Object> unfinishedDetails() {
    return log().isEmpty() || desired.isDeleted() ? Map.of() : details(latest);
  }

  @Override
  protected BalenaObservedState observe() {
    return BalenaObservedState.read(client, desired, true);
  }

  @Override
  protected void prepare(BalenaObservedState observed) {
    latest = observed;
  }

  @Override
  protected Optional<Outcome> conclude(BalenaObservedState observed) {
    BalenaDrift drift = drift(observed);
    if (drift.refusal().isPresent()) {
      return Optional.of(failed(drift.refusal().get()));
    }
    if (!drift.isEmpty()) {
      return desired.isDeleted() && deletionSent
          ? Optional.of(new Outcome.Deferred("device deletion in progress", null, Map.of()))
          : Optional.empty();
    }
    return Optional.of(
        desired
            .device()
            .map(wanted -> settled(wanted, observed.device().orElseThrow(), drift.unrepaired()))
            .orElseGet(() -> new Outcome.Gone(List.of())));
  }

  @Override
  protected Optional<Outcome> write(BalenaObservedState observed) {
    for (BalenaWrite write : drift(observed).writes()) {
      switch (gate().admit(() -> client.write(write))) {
        case BalenaWriteResult.WriteAccepted() -> deletionSent |= write instanceof DeleteDevice;
        case BalenaWriteResult.KeyIssued(long deviceId, var key) -> keyIssued(deviceId, key);
        // The rest was derived from a state that has changed.
        case BalenaWriteResult.Outdated() -> {
          return Optional.empty();
        }
        case BalenaWriteResult.UuidTaken() -> {
          return client.device(desired.uuid()).isPresent()
              ? Optional.empty()
              : Optional.of(
                  failed(
                      "UUID %s is taken by a Balena device that our account cannot see; give the account access to its fleet, or delete it there"
                          .formatted(desired.uuid())));
        }
      }
      log().addAll(write.changes());
    }
    return Optional.empty();
  }

  private void keyIssued(long deviceId, Secret key) {
    if (recorded.isReplacedBy(deviceId)) {
      LOG.warn(
          "Device {} was deleted in Balena and has a new key; it cannot connect until its owner bakes it again",
          desired.name());
      log().add(Change.create("new device key; the device must be baked again"));
    }
    recorded = recorded.withKey(deviceId, key, clock.instant());
  }

  @Override
  protected String subject() {
    return "device " + desired.name();
  }

  @Override
  protected Map<String, @Nullable Object> details(BalenaObservedState observed) {
    return observed
        .device()
        .map(device -> recorded.report(device, clock.instant()))
        .orElseGet(recorded::report);
  }

  private BalenaDrift drift(BalenaObservedState observed) {
    return BalenaDrift.between(desired, observed, recorded);
  }

  private Outcome settled(
      DesiredDevice wanted, FleetDevice device, Optional<UnrepairedDrift> unrepaired) {
    Map<String, @Nullable Object> details = recorded.report(device, clock.instant());
    // In a wrong fleet, a service never appears: that is the cause to name.
    return unrepaired.isPresent()
            || wanted.serviceVariables().isEmpty()
            || device.hasService(wanted.service())
        ? new Outcome.Synced(details, List.of(), unrepaired)
        : new Outcome.Deferred(
            "service '%s' not on the device yet; Balena adds it once fleet %s has a release with it"
                .formatted(wanted.service(), device.fleet()),
            null,
            details);
  }

  private static Outcome failed(String message) {
    return new Outcome.Failed(message, false, null, Map.of());
  }
}
