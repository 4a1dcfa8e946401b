package doni.leftover;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.event.EventLog;
import doni.hardware.HardwareReader;
import doni.hardware.QuarantineStore;
import doni.leftover.LeftoverStore.Condemned;
import doni.policy.Caller;
import doni.policy.Policy;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.NotFound;
import doni.request.RequestRefusedException.Stale;
import doni.worker.Worker;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes a device although a backend is gone: it is forgotten at once, with its name and its uuid,
 * and what may be left over in backends is removed when they are back.
 */
@Service
public class ForceDeleteService {

  private final LeftoverStore leftovers;
  private final HardwareReader reader;
  private final QuarantineStore quarantines;
  private final EventLog events;
  private final Policy policy;
  private final Set<String> workers;
  private final TransactionTemplate transaction;

  ForceDeleteService(
      LeftoverStore leftovers,
      HardwareReader reader,
      QuarantineStore quarantines,
      EventLog events,
      Policy policy,
      List<Worker> workers,
      TransactionTemplate transaction) {
    this.leftovers = leftovers;
    this.reader = reader;
    this.quarantines = quarantines;
    this.events = events;
    this.policy = policy;
    this.workers = workers.stream().map(Worker::type).collect(Collectors.toUnmodifiableSet());
    this.transaction = transaction;
  }

  /**
   * Deletes a live device, or, by its uuid, one that was deleted and that some worker cannot clean
   * up after. A frozen one must be released first.
   *
   * @param expected the generation that the device must have; null for any
   */
  public void delete(Caller caller, String ref, @Nullable Generation expected) {
    transaction.executeWithoutResult(_ -> {
      HardwareId id =
          reader
              .resolve(ref)
              .or(() -> HardwareReader.uuid(ref))
              .orElseThrow(() -> NotFound.hardware(ref));
      Condemned device = leftovers.lock(id).orElseThrow(() -> NotFound.hardware(ref));
      policy.enforce("hardware:delete_force", caller, Map.of("project_id", device.projectId()));
      if (expected != null && !expected.equals(device.generation())) {
        throw new Stale(
            "If-Match: the hardware is at generation " + device.generation() + ", not " + expected);
      }
      quarantines.refuseDeletion(id);
      List<String> workers = leftovers.take(device, caller.userId());
      events.personDid(
          "hardware.force_deleted",
          id,
          device.generation().next(),
          caller.userId(),
          caller.projectId(),
          caller.requestId(),
          Map.of("name", device.name(), "leftovers", workers));
    });
  }

  /**
   * What is left over, the oldest first.
   *
   * @param after only those with a greater id
   */
  public List<Leftover> leftovers(Caller caller, int limit, long after) {
    policy.enforce("leftover:get", caller, Map.of());
    return leftovers.list(limit, after).stream().map(this::explained).toList();
  }

  private Leftover explained(Leftover leftover) {
    return workers.contains(leftover.workerType())
        ? leftover
        : leftover.because("its worker is not enabled (doni.workers.enabled)");
  }

  /** Forgets what is left over, for a backend that will not come back. */
  public void dismiss(Caller caller, long id) {
    policy.enforce("leftover:delete", caller, Map.of());
    transaction.executeWithoutResult(_ -> {
      Leftover leftover =
          leftovers
              .dismiss(id)
              .orElseThrow(() ->
                  leftovers.exists(id)
                      ? new Conflict(
                          "leftover " + id + " is being worked on at this moment; try again later")
                      : new NotFound("there is no leftover " + id));
      events.personDid(
          "leftover.dismissed",
          leftover.hardware(),
          new Generation(leftover.generation()),
          caller.userId(),
          caller.projectId(),
          caller.requestId(),
          Map.of("name", leftover.name(), "worker_type", leftover.workerType()));
    });
  }
}
