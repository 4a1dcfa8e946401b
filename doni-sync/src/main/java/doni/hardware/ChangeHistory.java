package doni.hardware;

import doni.engine.lane.TaskRequeuer;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore;
import doni.policy.Caller;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The accepted changes of hardware. Each one becomes an event, in the transaction that makes the
 * change, and makes the tasks of the hardware due if it changes the desired state.
 */
@Component
class ChangeHistory {

  private final TaskRequeuer requeuer;
  private final HardwareEventStore events;

  ChangeHistory(TaskRequeuer requeuer, HardwareEventStore events) {
    this.requeuer = requeuer;
    this.events = events;
  }

  /**
   * Records an accepted change.
   *
   * @param gainedWorkers the workers that serve the hardware only since this change
   */
  void accept(
      String kind,
      HardwareId id,
      Generation generation,
      Caller caller,
      List<String> gainedWorkers,
      Map<String, Object> body) {
    requeuer.enroll(id, gainedWorkers);
    requeuer.requeue(id);
    events.personDid(kind, id, generation, caller, body);
  }

  /**
   * As {@link #accept(String, HardwareId, Generation, Caller, List, Map)}, for the same workers.
   */
  void accept(
      String kind, HardwareId id, Generation generation, Caller caller, Map<String, Object> body) {
    accept(kind, id, generation, caller, List.of(), body);
  }

  /** Records a change of labels, which no worker reads: no task becomes due. */
  void labeled(HardwareId id, Generation generation, Caller caller, Map<String, Object> body) {
    events.personDid("hardware.labeled", id, generation, caller, body);
  }

  /**
   * Returns the events of hardware, newest first.
   *
   * @param before only events older than the one with this id; null starts at the newest
   */
  List<HardwareEvent> of(HardwareId id, int limit, @Nullable Long before) {
    return events.of(id, limit, before);
  }
}
