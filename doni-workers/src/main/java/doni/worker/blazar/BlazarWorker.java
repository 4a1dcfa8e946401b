package doni.worker.blazar;

import doni.backend.BackendException;
import doni.convergence.StateDetails;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypeDifferences;
import doni.machinetype.MachineTypes;
import doni.worker.DeviceSignal.SignalReport;
import doni.worker.DiscoveredHardware;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.RequeueTrigger;
import doni.worker.SiteListing;
import doni.worker.SiteListing.MarkedObject;
import doni.worker.Worker;
import doni.worker.Worker.Milestone;
import doni.worker.WorkerField;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes devices or bare-metal hosts reservable in Blazar, and leases them to the site itself for
 * their availability windows.
 *
 * <p>Owns the Blazar device whose property {@code uid} is the hardware's uuid, or the Blazar host
 * whose hypervisor has that uuid as its name, because Nova names what Ironic serves by it. Of the
 * properties it owns those that it sets, {@code authorized_projects} and {@code restricted_reason}.
 * It owns the leases {@code availability_window_<window uuid>} of the service project for that
 * resource.
 *
 * <p>Only reads all other leases, all other properties, and what the k8s or the ironic worker has
 * recorded of the node.
 *
 * <p>A refused write does not stop the others and is not repeated in the same attempt. Blazar
 * stores first and fails afterwards, so that the next observation decides whether it took effect.
 *
 * <table>
 * <caption>Outcome by answer of Blazar to a write</caption>
 * <tr><th>answer</th><th>outcome</th></tr>
 * <tr><td>creation: 404, or a missing resource provider</td><td>deferred until Blazar knows the
 * node</td></tr>
 * <tr><td>creation: 409, name taken, or another 500</td><td>observed again; adopted by uid,
 * otherwise failed with the cause</td></tr>
 * <tr><td>properties: any refusal</td><td>the rest is done, then deferred for 1 h; at once retried
 * if two writes introduced the same name</td></tr>
 * <tr><td>lease: reserved, not permitted, against a rule</td><td>the rest is done, then deferred
 * for 10 min</td></tr>
 * <tr><td>lease: in transition, or its time has passed</td><td>deferred for 15 s; a lease that is
 * found in transition three times is left alone</td></tr>
 * <tr><td>deletion: reserved, or instances run on the host</td><td>deferred</td></tr>
 * <tr><td>lease: resource type not served</td><td>failed</td></tr>
 * <tr><td>anything else</td><td>see {@link doni.convergence.FailureClassifier}</td></tr>
 * </table>
 */
final class BlazarWorker implements Worker {

  private final ResourceKind kind;
  private final BlazarAccess access;
  private final MachineTypeCatalog machineTypes;

  /**
   * @param machineTypes used for devices only
   */
  BlazarWorker(ResourceKind kind, BlazarAccess access, MachineTypeCatalog machineTypes) {
    this.kind = kind;
    this.access = access;
    this.machineTypes = machineTypes;
  }

  @Override
  public String type() {
    return kind.workerType();
  }

  @Override
  public List<WorkerField> fields() {
    return DesiredProperties.fields(kind);
  }

  /** Blazar shows the texts of a machine type: when they change, its devices do. */
  @Override
  public void start(RequeueTrigger trigger) {
    if (kind == ResourceKind.DEVICE) {
      machineTypes.onChange((before, after) ->
          trigger.requeueWhere(
              MachineTypes.PROPERTY,
              MachineTypeDifferences.between(before.byName(), after.byName())));
    }
  }

  @Override
  public Set<String> dependsOn() {
    return Set.of(kind.dependency());
  }

  @Override
  public List<Milestone> milestones(Map<String, Object> recorded) {
    return BlazarRecordedState.milestones(new StateDetails(recorded));
  }

  @Override
  public Optional<LanePause> lanePause() {
    return access.client().lanePause();
  }

  /** A listing of resources is the cheapest answer that only an administrator gets. */
  @Override
  public List<Finding> check() {
    try {
      int resources = access.client().resources(kind).size();
      return List.of(
          new Finding.Ok("Blazar answers; it has %d %s".formatted(resources, kind.plural())));
    } catch (BackendException e) {
      String advice =
          switch (e.status()) {
            // Blazar's API serves a path only with its plugin, and asks its manager for the rest.
            case 404 ->
                "enable the plugin %s in Blazar, or remove %s from doni.workers.enabled"
                    .formatted(kind.plugin(), kind.workerType());
            case 500 -> "check that blazar-manager runs, and its log";
            default -> throw e;
          };
      return List.of(new Finding.Problem(String.valueOf(e.getMessage()), advice));
    }
  }

  @Override
  public List<DiscoveredHardware> discover() {
    return new ResourceDiscovery(access, kind, this::desired).all();
  }

  /** A property is removed only if the worker knows that it set it, and a twin only if it looks. */
  @Override
  public Map<String, @Nullable Object> detailsAfterLoss(
      ReconcileContext lost, Map<String, Object> recorded) {
    Set<String> keys;
    try {
      keys = desired(lost).properties().keySet();
    } catch (BackendException _) {
      // Keystone could not be asked for the projects, whose property is managed without a record.
      keys = Set.of();
    }
    return BlazarRecordedState.of(recorded)
        .reportWith(BlazarRecordedState.of(lost.details()), keys);
  }

  @Override
  public Optional<SiteListing> listSite() {
    List<BlazarResource> resources = access.listings().resources(kind).current().all();
    Set<String> ids = resources.stream().map(BlazarResource::id).collect(Collectors.toSet());
    Map<String, List<Map<String, Object>>> leases = userLeases();
    SiteListing listing =
        device ->
            BlazarRecordedState.of(device.details())
                .resourceId()
                .filter(id ->
                    !ids.contains(id) || !UserLeases.areRecorded(device.details(), leases.get(id)))
                .isPresent();
    return Optional.of(
        listing
            .withMarked(
                resources.stream()
                    .flatMap(resource ->
                        MarkedObject.of(
                            kind.word() + " " + resource.id(), resource.mark(kind), true))
                    .toList())
            .withSignals(
                SignalReport.shown(
                    resources.stream().flatMap(resource -> resource.signal(kind)).toList())));
  }

  /**
   * Returns the leases of users, by the id of what they reserve. An attempt with the listing of the
   * same moment records them without a call of its own.
   */
  private Map<String, List<Map<String, Object>>> userLeases() {
    String ours = access.client().projectId();
    return UserLeases.byResource(
        access.listings().bookings(kind).recent().stream()
            .filter(booking -> !booking.isWindow(ours))
            .toList());
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    boolean current =
        attempt.hardware().deleted() || attempt.cause() == ReconcileContext.Cause.REQUESTED;
    return new BlazarPlan(
        access, desired(attempt), BlazarRecordedState.of(attempt.details()), current);
  }

  private BlazarDesiredState desired(ReconcileContext attempt) {
    return DesiredProperties.desired(kind, attempt, access.client(), machineTypes.current());
  }
}
