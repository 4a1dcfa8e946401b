package doni.hardware;

import doni.event.HardwareEventStore;
import doni.policy.Caller;
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

  static final String RULE = "hardware:quarantine";

  private final HardwareAccess access;
  private final HardwareReader reader;
  private final HardwareEventStore events;
  private final ChangeHistory history;

  QuarantineService(
      HardwareAccess access,
      HardwareReader reader,
      HardwareEventStore events,
      ChangeHistory history) {
    this.access = access;
    this.reader = reader;
    this.events = events;
    this.history = history;
  }

  /** Quarantines hardware; quarantined hardware gets the new reason. */
  @Transactional
  public HardwareView begin(Caller caller, String ref, @Nullable String reason) {
    LockedHardware locked = access.lock(RULE, caller, ref, null);
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
    LockedHardware locked = access.lock(RULE, caller, ref, null);
    if (locked.endQuarantine()) {
      history.accept("hardware.released", locked.id(), locked.generation(), caller, Map.of());
    }
    return reader.view(locked, locked.record());
  }
}
