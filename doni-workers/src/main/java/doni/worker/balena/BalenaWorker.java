package doni.worker.balena;

import doni.enrollment.Hardware;
import doni.enrollment.Secret;
import doni.machinetype.MachineTypeDifferences;
import doni.machinetype.MachineTypes;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.RequeueTrigger;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Keeps a device registered in its machine type's Balena fleet, under its name and with what its
 * services need to join the site.
 *
 * <p>It owns the device with the enrollment's uuid: its name and its type, the device variable
 * {@code K3S_TOKEN}, of the configured service the variables {@code OS_APPLICATION_CREDENTIAL_ID}
 * and {@code OS_APPLICATION_CREDENTIAL_SECRET}, and one API key. Other variables are left alone,
 * and a device that is in another fleet stays there, because a move would drop its service
 * variables. A deleted device is deleted in Balena with all that hangs on it.
 *
 * <p>A machine type without a fleet, an unknown one, a fleet that is unknown or ambiguous, and a
 * uuid that a device of somebody else has, fail until something is changed. A service that is not
 * on the device yet defers, after everything else was done. A token that is rejected holds the
 * lane; a 429 pauses it. 409 is answered by reading and working out the difference again. All else
 * is left to the engine.
 */
final class BalenaWorker implements Worker {

  static final String CREDENTIAL_ID = "application_credential_id";
  static final String CREDENTIAL_SECRET = "application_credential_secret";
  static final String MACHINE = "machine_name";
  static final String BOOTSTRAP_TOKEN = "k8s_bootstrap_token";

  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final int LONGEST_NAME = 255;

  private final Fleet fleet;
  private final BalenaProperties properties;
  private final FleetNames names;
  private final Clock clock;

  BalenaWorker(Fleet fleet, BalenaProperties properties, FleetNames names, Clock clock) {
    this.fleet = fleet;
    this.properties = properties;
    this.names = names;
    this.clock = clock;
  }

  @Override
  public String type() {
    return "balena";
  }

  @Override
  public List<WorkerField> fields() {
    return List.of(
        WorkerField.of(CREDENTIAL_ID, TEXT).asRequired().asHidden(),
        WorkerField.of(CREDENTIAL_SECRET, TEXT).asRequired().asHidden().asMasked());
  }

  @Override
  public Set<String> secretDetails() {
    return Set.of(Details.DEVICE_KEY);
  }

  @Override
  public Optional<LanePause> lanePause() {
    return fleet.hold();
  }

  /** A device whose machine type has got a fleet, or another one, is looked at again. */
  @Override
  public void start(RequeueTrigger nudge) {
    names
        .catalog()
        .onChange((before, after) ->
            nudge.requeueWhere(
                MachineTypes.PROPERTY,
                MachineTypeDifferences.between(before.fleets(), after.fleets())));
  }

  @Override
  public List<Finding> check() {
    List<Finding> found = new ArrayList<>();
    found.add(new Finding.Ok(fleet.greet()));
    properties
        .deviceFleetMapping()
        .forEach((machine, name) -> found.add(checkUp(machine, name, fleet.find(name))));
    return found;
  }

  private static Finding checkUp(String machine, String name, Fleet.Lookup fleet) {
    String key = "doni.workers.balena.device-fleet-mapping." + machine;
    return switch (fleet) {
      case Fleet.Lookup.Found(long id) ->
          new Finding.Ok("fleet '%s' of %s has number %d".formatted(name, machine, id));
      case Fleet.Lookup.Unknown() ->
          new Finding.Problem(
              key + ": Balena shows this account no fleet '" + name + "'",
              "correct the name (organisation/name), or let the account into the fleet");
      case Fleet.Lookup.Ambiguous() ->
          new Finding.Problem(
              key + ": several organisations have a fleet '" + name + "'",
              "write organisation/name");
    };
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    Hardware device = attempt.hardware();
    String uuid = BalenaUuid.of(device.id());
    if (device.deleted()) {
      return new Withdrawal(fleet, uuid, fleet.device(uuid));
    }
    Optional<String> machine = device.text(MACHINE);
    if (machine.isEmpty()) {
      return failed(MACHINE + " is missing");
    }
    if (device.name().length() > LONGEST_NAME || device.name().matches("(?s).*[\\r\\n].*")) {
      return failed("Balena takes names of at most 255 characters without line breaks");
    }
    OptionalLong type = fleet.deviceType(machine.get());
    if (type.isEmpty()) {
      return failed("Balena knows no device type '%s' (%s)".formatted(machine.get(), MACHINE));
    }
    boolean afresh = attempt.cause() == ReconcileContext.Cause.REQUESTED;
    return new BalenaPlan(
        new BalenaPlan.Means(fleet, names, clock),
        desired(device, machine.get(), type.getAsLong()),
        Known.of(attempt),
        afresh ? fleet.device(uuid) : fleet.glance(uuid),
        afresh);
  }

  private Desired desired(Hardware device, String machine, long type) {
    Map<String, Secret> ofDevice = new LinkedHashMap<>();
    value(device, BOOTSTRAP_TOKEN).ifPresent(token -> ofDevice.put("K3S_TOKEN", token));
    Map<String, Secret> ofService = new LinkedHashMap<>();
    value(device, CREDENTIAL_ID).ifPresent(id -> ofService.put("OS_APPLICATION_CREDENTIAL_ID", id));
    value(device, CREDENTIAL_SECRET)
        .ifPresent(secret -> ofService.put("OS_APPLICATION_CREDENTIAL_SECRET", secret));
    return new Desired(
        BalenaUuid.of(device.id()),
        device.name(),
        machine,
        type,
        ofDevice,
        properties.credentialServiceName(),
        ofService);
  }

  private static Optional<Secret> value(Hardware device, String property) {
    return device.secret(property).or(() -> device.text(property).map(Secret::new));
  }

  private static ReconcilePlan failed(String message) {
    return ReconcilePlan.settled(new Outcome.Failed(message, false, null, Map.of()));
  }
}
