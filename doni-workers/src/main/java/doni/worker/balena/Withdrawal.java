package doni.worker.balena;

import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Deletes what is left of a deleted device. */
record Withdrawal(Fleet fleet, String uuid, Optional<FleetDevice> observed)
    implements ReconcilePlan {

  @Override
  public List<Change> changes() {
    return observed.map(device -> List.of(Change.delete("device " + uuid))).orElse(List.of());
  }

  @Override
  public Outcome apply() {
    if (observed.isEmpty()) {
      return new Outcome.Gone(List.of());
    }
    fleet.delete(uuid);
    // Balena answers 200 whether or not a row was deleted.
    return fleet.device(uuid).isEmpty()
        ? new Outcome.Gone(changes())
        : new Outcome.Deferred("Balena is deleting the device", null, Map.of());
  }
}
