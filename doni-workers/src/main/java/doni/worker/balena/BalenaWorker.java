package doni.worker.balena;

import doni.convergence.StateDetails;
import doni.enrollment.Hardware;
import doni.enrollment.Secret;
import doni.machinetype.MachineTypeDifferences;
import doni.machinetype.MachineTypes;
import doni.worker.BootConfiguration;
import doni.worker.BootConfiguration.BootingDevice;
import doni.worker.DeviceSignal.SignalReport;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.RequeueTrigger;
import doni.worker.SharedNames;
import doni.worker.SiteListing;
import doni.worker.SiteListing.MarkedObject;
import doni.worker.Worker;
import doni.worker.Worker.Milestone;
import doni.worker.WorkerField;
import doni.worker.balena.BalenaClient.FleetListing;
import doni.worker.balena.BalenaClient.FleetLookup;
import doni.worker.balena.BalenaDesiredState.DesiredDevice;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaProperties.FleetMapping;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Keeps a device registered in the Balena fleet of its machine type, with its name and with what
 * its services need to join the site.
 *
 * <p><b>Owns</b> the Balena device with the enrollment's UUID: its name and device type, the device
 * variable {@code K3S_TOKEN}, the variables {@code OS_APPLICATION_CREDENTIAL_ID} and {@code
 * OS_APPLICATION_CREDENTIAL_SECRET} of the configured service, and one API key, which is recorded.
 * A deleted device is deleted in Balena with its variables and keys. A property that an enrollment
 * lacks leaves its variable as it is.
 *
 * <p><b>Reads only</b> the device's fleet, its connection and its services. A device in another
 * fleet than that of its machine type stays there, because a move would drop its service variables;
 * the difference is reported. Other variables belong to others; one of a service that hides {@code
 * K3S_TOKEN} is reported.
 *
 * <table>
 * <caption>Outcome by answer</caption>
 * <tr><th>answer</th><th>outcome</th></tr>
 * <tr><td>no or several fleets of the configured name, no such device type</td><td>failed, until
 * the enrollment or the configuration changes</td></tr>
 * <tr><td>409 for a registration: the UUID exists</td><td>observed again; failed where our account
 * cannot see that device</td></tr>
 * <tr><td>409 for another write, or for a fleet that no longer exists</td><td>observed again, up to
 * six times</td></tr>
 * <tr><td>the device lacks the service</td><td>deferred, after everything else was
 * written</td></tr>
 * <tr><td>404 for the deletion</td><td>gone</td></tr>
 * <tr><td>401</td><td>the token is checked: where Balena rejects it, the lane is paused for 30 s;
 * otherwise a permission is missing, or the service was removed from the device meanwhile, and the
 * attempt is deferred as after a 403</td></tr>
 * <tr><td>429</td><td>the lane is paused for {@code Retry-After}</td></tr>
 * <tr><td>any other failure</td><td>see {@link doni.convergence.FailureClassifier}</td></tr>
 * </table>
 */
final class BalenaWorker implements Worker {

  private static final String CREDENTIAL_ID = "application_credential_id";
  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final int MAX_NAME = 255;

  private final BalenaClient client;
  private final BalenaProperties properties;
  private final FleetMapping fleets;
  private final Clock clock;

  BalenaWorker(BalenaClient client, BalenaProperties properties, FleetMapping fleets, Clock clock) {
    this.client = client;
    this.properties = properties;
    this.fleets = fleets;
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
        WorkerField.of(SharedNames.CREDENTIAL_SECRET, TEXT).asRequired().asHidden().asMasked());
  }

  @Override
  public Set<String> secretDetails() {
    return Set.of(SharedNames.BALENA_DEVICE_KEY);
  }

  @Override
  public List<Milestone> milestones(Map<String, Object> recorded) {
    return BalenaRecordedState.milestones(new StateDetails(recorded));
  }

  @Override
  public Optional<BootConfiguration> bootConfiguration(BootingDevice device) {
    return Optional.of(BalenaBootFile.of(properties, device));
  }

  @Override
  public Optional<LanePause> lanePause() {
    return client.lanePause();
  }

  /** Requeues the devices of a machine type whose fleet changes. */
  @Override
  public void start(RequeueTrigger trigger) {
    fleets
        .machineTypes()
        .onChange((before, after) ->
            trigger.requeueWhere(
                MachineTypes.PROPERTY,
                MachineTypeDifferences.between(before.fleets(), after.fleets())));
  }

  @Override
  public List<Finding> check() {
    List<Finding> findings = new ArrayList<>();
    findings.add(new Finding.Ok(client.verifyAccess()));
    properties
        .deviceFleetMapping()
        .forEach(
            (machineType, name) -> findings.add(checkFleet(machineType, name, client.fleet(name))));
    return findings;
  }

  private static Finding checkFleet(String machineType, String name, FleetLookup fleet) {
    String setting = BalenaProperties.FLEET_MAPPING + machineType;
    return switch (fleet) {
      case FleetLookup.KnownFleet(long id) ->
          new Finding.Ok("fleet '%s' of %s exists, with id %d".formatted(name, machineType, id));
      case FleetLookup.UnknownFleet() ->
          new Finding.Problem(
              "%s: fleet '%s' not found in Balena, or hidden from our account"
                  .formatted(setting, name),
              "correct the name (organization/name), or give the account access to the fleet");
      case FleetLookup.AmbiguousFleet() ->
          new Finding.Problem(
              "%s: several organizations have a fleet '%s'".formatted(setting, name),
              "set it to organization/name");
    };
  }

  @Override
  public Optional<SiteListing> listSite() {
    FleetListing site = client.listDevices();
    SiteListing listing = device -> BalenaRecordedState.differs(device, site);
    return Optional.of(
        listing
            .withMarked(
                site.devices().values().stream()
                    .flatMap(
                        device -> MarkedObject.of("device " + device.uuid(), device.uuid(), true))
                    .toList())
            .withSignals(
                SignalReport.shown(
                    site.devices().values().stream().flatMap(FleetDevice::signal).toList())));
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    Hardware device = attempt.hardware();
    if (device.deleted()) {
      return plan(attempt, Optional.empty());
    }
    Optional<String> machineType = device.text(MachineTypes.PROPERTY);
    if (machineType.isEmpty()) {
      return invalid(
          MachineTypes.PROPERTY + " is missing; it selects the device type and the fleet");
    }
    if (device.name().length() > MAX_NAME || device.name().matches("(?s).*[\\r\\n].*")) {
      return invalid("name: must have at most 255 characters and no line breaks for Balena");
    }
    OptionalLong typeId = client.deviceTypeId(machineType.get());
    return typeId.isEmpty()
        ? invalid(
            "%s: Balena has no device type '%s'"
                .formatted(MachineTypes.PROPERTY, machineType.get()))
        : plan(attempt, Optional.of(desired(device, machineType.get(), typeId.getAsLong())));
  }

  private ReconcilePlan plan(ReconcileContext attempt, Optional<DesiredDevice> wanted) {
    Hardware device = attempt.hardware();
    boolean current = device.deleted() || attempt.cause() == ReconcileContext.Cause.REQUESTED;
    return new BalenaPlan(
        client,
        clock,
        new BalenaDesiredState(BalenaDesiredState.uuid(device.id()), device.name(), wanted),
        BalenaRecordedState.of(new StateDetails(attempt.details())),
        current);
  }

  private DesiredDevice desired(Hardware device, String machineType, long typeId) {
    Map<String, Secret> deviceVariables = new LinkedHashMap<>();
    value(device, SharedNames.BOOTSTRAP_TOKEN)
        .ifPresent(token -> deviceVariables.put("K3S_TOKEN", token));
    Map<String, Secret> serviceVariables = new LinkedHashMap<>();
    value(device, CREDENTIAL_ID)
        .ifPresent(id -> serviceVariables.put("OS_APPLICATION_CREDENTIAL_ID", id));
    value(device, SharedNames.CREDENTIAL_SECRET)
        .ifPresent(secret -> serviceVariables.put("OS_APPLICATION_CREDENTIAL_SECRET", secret));
    return new DesiredDevice(
        machineType,
        typeId,
        fleets.fleetOf(machineType),
        deviceVariables,
        properties.credentialServiceName(),
        serviceVariables);
  }

  private static Optional<Secret> value(Hardware device, String property) {
    return device.secret(property).or(() -> device.text(property).map(Secret::new));
  }

  private static ReconcilePlan invalid(String message) {
    return ReconcilePlan.settled(Outcome.Failed.invalid(message));
  }
}
