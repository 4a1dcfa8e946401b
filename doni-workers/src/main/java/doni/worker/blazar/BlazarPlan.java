package doni.worker.blazar;

import doni.convergence.ConvergingPlan;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.blazar.BlazarDesiredState.LeaseStart;
import doni.worker.blazar.BlazarListings.ResourceListing;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarWrite.CreateLease;
import doni.worker.blazar.BlazarWrite.CreateResource;
import doni.worker.blazar.BlazarWrite.DeleteResource;
import doni.worker.blazar.BlazarWrite.EndLease;
import doni.worker.blazar.BlazarWrite.MoveLease;
import doni.worker.blazar.BlazarWrite.ReplaceLease;
import doni.worker.blazar.BlazarWrite.SetProperties;
import doni.worker.blazar.BlazarWriteResult.RefusalReason;
import doni.worker.blazar.BlazarWriteResult.WriteAccepted;
import doni.worker.blazar.BlazarWriteResult.WriteRefusal;
import doni.worker.blazar.BlazarWriteResult.WriteRefused;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the drift of one piece of hardware in Blazar until nothing differs but what Blazar refuses
 * to change.
 */
final class BlazarPlan extends ConvergingPlan<BlazarObservedState> {

  /** A lease that is found in transition so often never leaves it. */
  private static final int WEDGED_AFTER = 3;

  private final BlazarAccess access;
  private final BlazarClient client;
  private final BlazarDesiredState desired;
  private final BlazarObserver observer;
  private final WriteRefusals refusals = new WriteRefusals();
  private final Map<String, Integer> busyLeases = new TreeMap<>();
  private BlazarRecordedState recorded;
  private boolean createdInPart;
  private boolean replaces;
  private boolean foundToBeGone;

  BlazarPlan(
      BlazarAccess access,
      BlazarDesiredState desired,
      BlazarRecordedState recorded,
      boolean current) {
    BlazarObserver reader = new BlazarObserver(access, desired, recorded);
    super(current ? reader.current(recorded) : reader.recent(recorded), current);
    this.access = access;
    this.client = access.client();
    this.desired = desired;
    this.recorded = recorded;
    this.observer = reader;
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
    if (log().isEmpty()) {
      return foundToBeGone ? BlazarRecordedState.goneReport() : Map.of();
    }
    return desired.deleted() ? Map.of() : recorded.unfinishedReport(desired);
  }

  @Override
  protected BlazarObservedState observe() {
    BlazarObservedState seen = observer.current(recorded);
    return createdInPart ? seen.adoptingNamesake() : seen;
  }

  @Override
  protected void prepare(BlazarObservedState seen) {
    log().addAll(refusals.visibleIn(seen));
    foundToBeGone = recorded.resourceId().isPresent() && seen.resource().isEmpty();
  }

  @Override
  protected Optional<Outcome> conclude(BlazarObservedState seen) {
    BlazarDrift drift = drift(seen);
    BlazarOutcomes outcomes = new BlazarOutcomes(desired, recorded, drift, refusals, busyLeases);
    return outcomes
        .beforeWrites(seen)
        .or(() ->
            refusals.remaining(drift.stages()).isEmpty()
                ? Optional.of(outcomes.afterWrites(seen))
                : Optional.empty());
  }

  /** Sends one stage after the other; after a refusal the rest waits for another observation. */
  @Override
  protected Optional<Outcome> write(BlazarObservedState seen) {
    replaces = seen.resource().isPresent();
    for (List<BlazarWrite> stage : refusals.remaining(drift(seen).stages())) {
      // All of a stage are sent, also after one that is refused.
      boolean accepted = stage.stream().map(this::send).reduce(true, Boolean::logicalAnd);
      if (!accepted) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  protected String subject() {
    return desired.kind().word() + " " + desired.name();
  }

  @Override
  protected Map<String, @Nullable Object> details(BlazarObservedState seen) {
    return seen.resource()
        .map(it -> recorded.report(desired, seen, it, refusals, Map.of(), busyLeases))
        .orElseGet(() -> recorded.absentReport(desired, seen, busyLeases));
  }

  private BlazarDrift drift(BlazarObservedState seen) {
    return BlazarDrift.between(desired, seen, recorded, refusals.creation().isPresent());
  }

  private boolean send(BlazarWrite write) {
    return switch (write) {
      case CreateResource it -> create(it);
      case SetProperties it -> set(it);
      case DeleteResource it -> delete(it);
      case CreateLease it -> create(it);
      case MoveLease it -> move(it);
      case ReplaceLease(EndLease end, CreateLease create) -> end(end) && create(create);
      case EndLease it -> end(it);
    };
  }

  private boolean create(CreateResource write) {
    return switch (writeResource(
        write.properties().keySet(),
        () -> client.createResource(write.kind(), write.name(), write.properties()))) {
      case WriteAccepted<BlazarResource>(BlazarResource created) -> {
        // A former resource stays recorded until it is deleted.
        recorded = replaces ? recorded : recorded.withResource(created.id());
        listing().put(created);
        yield accepted(write);
      }
      case WriteRefused<BlazarResource>(WriteRefusal refusal) -> {
        createdInPart |= refusal.is(RefusalReason.NOT_ALL_STORED);
        if (refusal.is(RefusalReason.NAME_TAKEN)) {
          recorded = recorded.withBurnt(desired);
        }
        if (!refusal.is(RefusalReason.NOT_THERE_YET) && !refusal.is(RefusalReason.OCCUPIED)) {
          listing().forget();
        }
        yield refused(write, refusal);
      }
    };
  }

  private boolean set(SetProperties write) {
    return switch (writeResource(
        write.properties().keySet(),
        () -> client.setProperties(desired.kind(), write.resourceId(), write.values()))) {
      case WriteAccepted<BlazarResource>(BlazarResource stored) -> {
        recorded = recorded.withResource(stored.id());
        listing().put(stored);
        yield stored(write, stored);
      }
      case WriteRefused<BlazarResource>(WriteRefusal refusal) -> {
        if (refusal.is(RefusalReason.GONE)) {
          listing().remove(write.resourceId());
          yield false;
        }
        yield refused(write, refusal);
      }
    };
  }

  /** Blazar may confirm a write that it did not carry out. */
  private boolean stored(SetProperties write, BlazarResource stored) {
    SetProperties missing = write.withoutStored(stored);
    log().addAll(write.without(missing.properties().keySet()).changes());
    return missing.properties().isEmpty() || refused(missing, WriteRefusal.withoutEffect());
  }

  private boolean delete(DeleteResource write) {
    String id = write.resource().id();
    return switch (writeResource(Set.of(), () -> client.deleteResource(desired.kind(), id))) {
      case WriteAccepted<String> _ -> {
        listing().remove(id);
        recorded = recorded.withoutResource();
        yield accepted(write);
      }
      case WriteRefused<String>(WriteRefusal refusal) -> refused(write, refusal);
    };
  }

  private boolean create(CreateLease write) {
    BlazarWriteResult<BlazarLease> result = writeLease(() -> client.createLease(write.lease()));
    if (result instanceof WriteRefused<BlazarLease>(WriteRefusal refusal)
        && refusal.is(RefusalReason.TOO_LATE)
        && write.lease().start() instanceof LeaseStart.At) {
      result = writeLease(() -> client.createLease(write.lease().startingNow()));
    }
    return switch (result) {
      case WriteAccepted<BlazarLease>(BlazarLease created) -> {
        recorded = recorded.withLease(created);
        yield accepted(write);
      }
      case WriteRefused<BlazarLease>(WriteRefusal refusal) -> refused(write, refusal);
    };
  }

  private boolean move(MoveLease write) {
    BlazarLease lease = write.lease();
    return switch (writeLease(() -> client.moveLease(lease.id(), write.dates()))) {
      case WriteAccepted<BlazarLease>(BlazarLease moved) -> {
        recorded = recorded.withLease(moved);
        yield accepted(write);
      }
      case WriteRefused<BlazarLease>(WriteRefusal refusal) ->
          switch (refusal.reason()) {
            case GONE -> {
              recorded = recorded.withoutLease(lease.id());
              yield false;
            }
            case IN_TRANSITION -> leftAlone(lease) || refused(write, refusal);
            default -> refused(write, refusal);
          };
    };
  }

  private boolean end(EndLease write) {
    BlazarLease lease = write.lease();
    BlazarWriteResult<String> result = writeLease(() -> client.endLease(lease.id()));
    if (result instanceof WriteRefused<String>(WriteRefusal refusal)
        && refusal.is(RefusalReason.UNKNOWN)
        && client.lease(lease.id()).isPresent()) {
      // A pending lease whose node is missing takes two calls: the first is answered with 500.
      result = writeLease(() -> client.endLease(lease.id()));
    }
    return switch (result) {
      case WriteAccepted<String> _ -> {
        access.listings().archive().remove(lease.id());
        recorded = recorded.withoutLease(lease.id());
        yield accepted(write);
      }
      case WriteRefused<String>(WriteRefusal refusal) ->
          (refusal.is(RefusalReason.IN_TRANSITION) && leftAlone(lease)) || refused(write, refusal);
    };
  }

  private <T> BlazarWriteResult<T> writeResource(
      Set<String> keys, Supplier<BlazarWriteResult<T>> write) {
    gate().announce(recorded.unfinishedReport(desired));
    return access.writeResource(desired, keys, () -> gate().admit(write));
  }

  private <T> BlazarWriteResult<T> writeLease(Supplier<BlazarWriteResult<T>> write) {
    return access.writeLease(desired, () -> gate().admit(write));
  }

  /** Returns whether a lease in transition is stuck, so that no later attempt writes it. */
  private boolean leftAlone(BlazarLease lease) {
    int count = recorded.refusals().getOrDefault(lease.id(), 0) + 1;
    if (count < WEDGED_AFTER) {
      busyLeases.put(lease.id(), count);
      return false;
    }
    recorded = recorded.withWedged(lease.id());
    String object = "lease " + lease.name();
    log().add(Change.update(object, null, "left alone: Blazar never releases it"));
    return true;
  }

  private boolean accepted(BlazarWrite write) {
    log().addAll(write.changes());
    return true;
  }

  private boolean refused(BlazarWrite write, WriteRefusal refusal) {
    refusals.add(write, refusal);
    return false;
  }

  private ResourceListing listing() {
    return access.listings().resources(desired.kind());
  }
}
