package doni.worker.balena;

import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Registers the device where it is missing and writes the drift until nothing of it is left: each
 * round of writes is followed by a reading, because Balena answers 200 to a change of a row that is
 * not there, and only a reading without drift ends well.
 */
final class BalenaPlan implements ReconcilePlan {

  private static final int ROUNDS = 4;

  /** What it works with. */
  record Means(Fleet fleet, FleetNames names, Clock clock) {}

  private final Fleet fleet;
  private final Means means;
  private final Desired desired;
  private final boolean afresh;
  private final Progress progress;
  private Optional<FleetDevice> seen;

  /**
   * @param afresh whether {@code observed} is how it is now, not how it was a few seconds ago
   */
  BalenaPlan(
      Means means, Desired desired, Known known, Optional<FleetDevice> observed, boolean afresh) {
    this.fleet = means.fleet();
    this.means = means;
    this.desired = desired;
    this.afresh = afresh;
    this.progress = new Progress(known);
    this.seen = observed;
  }

  @Override
  public List<Change> changes() {
    return seen.map(device -> drift(device).changes(desired)).orElseGet(this::registration);
  }

  /**
   * Of a device that is not there yet: Balena gives it a name of its own, and its services come
   * with the fleet's release, if that has them.
   */
  private List<Change> registration() {
    List<Change> changes = new ArrayList<>();
    changes.add(Change.create("device " + desired.uuid()));
    changes.add(Change.update("device name", null, desired.name()));
    desired.deviceVariables().keySet().stream()
        .sorted()
        .map(name -> Change.create("device variable " + name))
        .forEach(changes::add);
    desired.serviceVariables().keySet().stream()
        .sorted()
        .map(name -> Change.create("variable of service " + desired.service() + " " + name))
        .forEach(changes::add);
    return changes;
  }

  @Override
  public Optional<Outcome> conclusion() {
    return seen.isEmpty() && fleetName().isEmpty() ? failed(withoutFleet()) : Optional.empty();
  }

  private Optional<String> fleetName() {
    return means.names().of(desired.machine());
  }

  private String withoutFleet() {
    return "no fleet is configured for the machine type '%s': set doni.workers.balena.device-fleet-mapping.%s, or the fleet in its file"
        .formatted(desired.machine(), desired.machine());
  }

  @Override
  public Outcome apply() {
    return converge().withChanges(progress.changes());
  }

  @Override
  public List<Change> written() {
    return progress.changes();
  }

  /** A device key is shown once. */
  @Override
  public Map<String, @Nullable Object> unfinishedDetails() {
    return progress.changes().isEmpty() ? Map.of() : details();
  }

  private Outcome converge() {
    if (!afresh && !changes().isEmpty()) {
      look();
    }
    for (int round = 0; round < ROUNDS; round++) {
      if (seen.isEmpty()) {
        Optional<Outcome> refused = register();
        if (refused.isPresent()) {
          return refused.get();
        }
      } else {
        Drift left = drift(seen.get());
        if (left.isEmpty()) {
          return settled(left);
        }
        write(left);
        look();
      }
    }
    return new Outcome.Deferred(
        "what we write to Balena for this device is changed by somebody else at once",
        null,
        details());
  }

  private Drift drift(FleetDevice device) {
    return Drift.between(desired, device, progress.known().hasKeyOf(device));
  }

  private void look() {
    seen = fleet.device(desired.uuid());
  }

  /** Registers the device and reads it; says why, where that is not possible. */
  private Optional<Outcome> register() {
    String key = "doni.workers.balena.device-fleet-mapping." + desired.machine();
    if (fleetName().isEmpty()) {
      return failed(withoutFleet());
    }
    String name = fleetName().get();
    return switch (fleet.find(name)) {
      case Fleet.Lookup.Unknown() ->
          failed("Balena has no fleet '%s', or does not show it to us (%s)".formatted(name, key));
      case Fleet.Lookup.Ambiguous() ->
          failed(
              "several organisations have a fleet '%s': set %s to organisation/name"
                  .formatted(name, key));
      case Fleet.Lookup.Found(long id) -> registered(id, name);
    };
  }

  private Optional<Outcome> registered(long fleetId, String name) {
    return switch (fleet.register(desired.uuid(), fleetId, desired.machine())) {
      case Fleet.Registration.Registered(long device, var key) -> {
        progress.wrote(Change.create("device " + desired.uuid()));
        progress.gotKey(device, key);
        look();
        yield Optional.empty();
      }
      case Fleet.Registration.Taken() -> {
        look();
        yield seen.isPresent()
            ? Optional.empty()
            : failed(
                "the uuid %s belongs to a device in Balena that we may not see"
                    .formatted(desired.uuid()));
      }
      case Fleet.Registration.FleetGone() ->
          Optional.of(
              new Outcome.Deferred(
                  "the fleet '%s' has just vanished from Balena".formatted(name), null, Map.of()));
    };
  }

  private void write(Drift left) {
    List<Change> changes = left.changes(desired);
    if (!left.device().isEmpty()) {
      fleet.change(desired.uuid(), left.device());
      changes.stream()
          .filter(change ->
              change.object().equals("device name") || change.object().equals("device type"))
          .forEach(progress::wrote);
    }
    // Before the variables: a key costs nothing, and a variable may be refused for long.
    if (left.needsKey()) {
      long device = left.observed().id();
      progress.gotKey(device, fleet.newKey(device));
      progress.wrote(Change.create("device key"));
    }
    for (VariableStep step : left.variables()) {
      write(step);
    }
  }

  private void write(VariableStep step) {
    Long id = step.id();
    if (id != null) {
      fleet.update(step.owner(), id, step.value());
      progress.wrote(step.change());
    } else if (fleet.create(step.owner(), step.name(), step.value())) {
      progress.wrote(step.change());
    }
  }

  private Outcome settled(Drift nothing) {
    boolean waits = !desired.serviceVariables().isEmpty() && !nothing.hasService(desired.service());
    return waits
        ? new Outcome.Deferred(
            "the service '%s' is not on the device yet: Balena puts it there when the fleet %s has a release with it"
                .formatted(desired.service(), nothing.observed().fleet()),
            null,
            details())
        : new Outcome.Synced(details(), progress.changes());
  }

  private Map<String, @Nullable Object> details() {
    if (seen.isPresent()) {
      FleetDevice device = seen.get();
      return Details.of(device, progress.keyOf(device), means.clock().instant());
    }
    Map<String, @Nullable Object> details = new LinkedHashMap<>();
    if (progress.known().key() != null && !progress.changes().isEmpty()) {
      details.put(Details.DEVICE_ID, progress.known().deviceId());
      details.put(Details.DEVICE_KEY, progress.known().key());
    }
    return details;
  }

  private static Optional<Outcome> failed(String message) {
    return Optional.of(new Outcome.Failed(message, false, null, Map.of()));
  }
}
