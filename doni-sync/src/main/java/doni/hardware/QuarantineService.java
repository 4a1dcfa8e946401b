package doni.hardware;

import doni.engine.lane.TaskRequeuer;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.event.EventLog;
import doni.policy.Caller;
import doni.policy.Policy;
import doni.request.RequestRefusedException.NotFound;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Freezes a device and lets it go, for those whom the rule {@code hardware:quarantine} admits.
 *
 * <p>While a device is frozen, no worker begins to write to a backend for it. All else goes on: it
 * is observed, drift is reported, its enrollment can be read and changed; what was changed is
 * applied when it is released. The engine looks right before it lets a worker write, so an attempt
 * that is writing already at the moment of the quarantine ends first.
 */
@Service
public class QuarantineService {

  private static final String RULE = "hardware:quarantine";

  private final HardwareStore store;
  private final HardwareReader reader;
  private final QuarantineStore quarantines;
  private final EventLog events;
  private final Policy policy;
  private final TaskRequeuer lanes;
  private final TransactionTemplate transaction;

  QuarantineService(
      HardwareStore store,
      HardwareReader reader,
      QuarantineStore quarantines,
      EventLog events,
      Policy policy,
      TaskRequeuer lanes,
      TransactionTemplate transaction) {
    this.store = store;
    this.reader = reader;
    this.quarantines = quarantines;
    this.events = events;
    this.policy = policy;
    this.lanes = lanes;
    this.transaction = transaction;
  }

  /** Freezes a device; one that is frozen is given the new reason. */
  public HardwareView begin(Caller caller, String ref, @Nullable String reason) {
    return locked(
        caller,
        ref,
        stored -> {
          if (quarantines.begin(stored.id(), caller.userId(), reason)) {
            record(
                "hardware.quarantined",
                caller,
                stored.id(),
                stored.generation(),
                reason == null ? Map.of() : Map.of("reason", reason));
          }
        });
  }

  /** Lets a device go: all that waits is due at once. One that is not frozen stays as it is. */
  public HardwareView end(Caller caller, String ref) {
    return locked(
        caller,
        ref,
        stored -> {
          if (quarantines.end(stored.id())) {
            // An attempt that still found it frozen ends with a generation that is not the newest.
            Generation generation = store.touch(stored.id());
            lanes.requeue(stored.id());
            record("hardware.released", caller, stored.id(), generation, Map.of());
          }
        });
  }

  /** What is done to a locked device. */
  @FunctionalInterface
  private interface Step {
    void on(HardwareRecord stored);
  }

  private HardwareView locked(Caller caller, String ref, Step step) {
    return Objects.requireNonNull(
        transaction.execute(_ -> {
          HardwareId id = reader.resolve(ref).orElseThrow(() -> NotFound.hardware(ref));
          HardwareRecord stored = store.lock(id).orElseThrow(() -> NotFound.hardware(ref));
          policy.enforce(RULE, caller, Map.of("project_id", stored.projectId()));
          step.on(stored);
          return reader.find(id.toString()).orElseThrow(() -> NotFound.hardware(ref));
        }));
  }

  private void record(
      String kind, Caller caller, HardwareId id, Generation generation, Map<String, Object> body) {
    events.personDid(
        kind, id, generation, caller.userId(), caller.projectId(), caller.requestId(), body);
  }
}
