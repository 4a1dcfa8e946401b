package doni.leftover;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.event.HardwareEventStore;
import doni.hardware.HardwareInventory;
import doni.hardware.HardwareReader;
import doni.hardware.LockedHardware;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.NotFound;
import doni.task.TaskStatusReader;
import doni.worker.Worker;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Deletes hardware although a backend is unavailable: its record, name and uuid are free at once,
 * and what may remain in backends is removed when they are available again.
 */
@Service
public class ForceDeleteService {

  private final HardwareInventory inventory;
  private final HardwareReader reader;
  private final LeftoverRepository rows;
  private final LeftoverStore leftovers;
  private final HardwareEventStore events;
  private final AccessPolicy policy;
  private final Set<String> enabledWorkers;

  ForceDeleteService(
      HardwareInventory inventory,
      HardwareReader reader,
      LeftoverRepository rows,
      LeftoverStore leftovers,
      HardwareEventStore events,
      AccessPolicy policy,
      List<Worker> workers) {
    this.inventory = inventory;
    this.reader = reader;
    this.rows = rows;
    this.leftovers = leftovers;
    this.events = events;
    this.policy = policy;
    this.enabledWorkers =
        workers.stream().map(Worker::type).collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Deletes live hardware, or, by its uuid, deleted hardware that some worker cannot clean up.
   * Quarantined hardware must be released first.
   *
   * @param expected the generations of which the hardware must have one; null for any
   */
  @Transactional
  public void delete(Caller caller, String ref, @Nullable Set<Generation> expected) {
    HardwareId id = reader.identify(ref).orElseThrow(() -> NotFound.hardware(ref));
    LockedHardware hardware = inventory.lock(id).orElseThrow(() -> NotFound.hardware(ref));
    policy.enforce("hardware:delete_force", caller, hardware.target());
    hardware.refuseIfStale(expected);
    hardware.refuseDeletionInQuarantine();
    List<String> workers = leftovers.take(hardware, caller.userId());
    events.personDid(
        "hardware.force_deleted",
        id,
        hardware.generation().next(),
        caller,
        Map.of("name", hardware.name(), "leftovers", workers));
  }

  /**
   * Returns the leftovers, oldest first.
   *
   * @param after only those with a greater id
   */
  public List<Leftover> leftovers(Caller caller, int limit, long after) {
    policy.enforce("leftover:get", caller, Map.of());
    return rows.findByIdGreaterThanOrderById(after, Limit.of(limit)).stream()
        .map(LeftoverEntity::toLeftover)
        .map(this::explained)
        .toList();
  }

  private Leftover explained(Leftover leftover) {
    return enabledWorkers.contains(leftover.workerType())
        ? leftover
        : leftover.because(TaskStatusReader.WORKER_NOT_ENABLED);
  }

  /** Dismisses a leftover whose backend does not come back. */
  @Transactional
  public void dismiss(Caller caller, long id) {
    policy.enforce("leftover:delete", caller, Map.of());
    Leftover leftover =
        rows.find(id)
            .map(LeftoverEntity::toLeftover)
            .orElseThrow(() -> new NotFound("there is no leftover " + id));
    if (!leftovers.dismiss(id)) {
      throw rows.existsById(id)
          ? new Conflict("leftover " + id + " is being removed right now; try again later")
          : new NotFound("there is no leftover " + id);
    }
    events.personDid(
        "leftover.dismissed",
        leftover.hardware().id(),
        leftover.hardware().generation(),
        caller,
        Map.of("name", leftover.hardware().name(), "worker_type", leftover.workerType()));
  }
}
