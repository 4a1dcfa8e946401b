package doni.hardware;

import doni.engine.lane.TaskRequeuer;
import doni.event.HardwareEventStore;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.request.RequestRefusedException.NotFound;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Quarantines hardware and releases it, for callers whom the rule {@code hardware:quarantine}
 * admits.
 *
 * <p>While hardware is quarantined, no worker starts to write to a backend for it. Everything else
 * continues: workers observe it and report drift, and its enrollment can be read and changed;
 * changes are applied after the release. The engine checks for a quarantine right before a worker
 * writes, so an attempt that is writing when the quarantine begins ends first.
 */
@Service
public class QuarantineService {

  private final HardwareInventory inventory;
  private final HardwareReader reader;
  private final HardwareEventStore events;
  private final AccessPolicy policy;
  private final TaskRequeuer requeuer;

  QuarantineService(
      HardwareInventory inventory,
      HardwareReader reader,
      HardwareEventStore events,
      AccessPolicy policy,
      TaskRequeuer requeuer) {
    this.inventory = inventory;
    this.reader = reader;
    this.events = events;
    this.policy = policy;
    this.requeuer = requeuer;
  }

  /** Quarantines hardware; quarantined hardware gets the new reason. */
  @Transactional
  public HardwareView begin(Caller caller, String ref, @Nullable String reason) {
    LockedHardware locked = lock(caller, ref);
    if (locked.beginQuarantine(caller.userId(), reason)) {
      events.personDid(
          "hardware.quarantined",
          locked.id(),
          locked.generation(),
          caller,
          reason == null ? Map.of() : Map.of("reason", reason));
    }
    return reader.view(locked, locked.record());
  }

  /** Releases hardware and makes its tasks due now. Without a quarantine nothing changes. */
  @Transactional
  public HardwareView end(Caller caller, String ref) {
    LockedHardware locked = lock(caller, ref);
    if (locked.endQuarantine()) {
      requeuer.requeue(locked.id());
      events.personDid("hardware.released", locked.id(), locked.generation(), caller, Map.of());
    }
    return reader.view(locked, locked.record());
  }

  private LockedHardware lock(Caller caller, String ref) {
    LockedHardware locked = inventory.lock(ref).orElseThrow(() -> NotFound.hardware(ref));
    policy.enforce("hardware:quarantine", caller, Map.of("project_id", locked.projectId()));
    return locked;
  }
}
