package doni.worker.ironic;

import doni.convergence.StateDetails;
import doni.enrollment.Hardware;
import doni.worker.DeviceSignal.SignalReport;
import doni.worker.DiscoveredHardware;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.SharedNames;
import doni.worker.SiteListing;
import doni.worker.SiteListing.MarkedObject;
import doni.worker.SiteListing.RecordedDevice;
import doni.worker.Worker;
import doni.worker.Worker.Milestone;
import doni.worker.WorkerField;
import doni.worker.ironic.IronicObservedState.IronicNode;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a bare-metal host's node and ports in Ironic.
 *
 * <p>Owns the node with the hardware's uuid: its name, driver, resource class, the keys of {@code
 * driver_info} and {@code properties} that an enrollment has properties for, five capabilities, and
 * all ports of that node, of their {@code extra} only the {@code name}. All other keys are left
 * alone.
 *
 * <p>Only reads the provision state, the maintenance, the lock and the use of the node, and whether
 * Blazar still has the host. A node is made available once, and is taken out of the pool again only
 * for the connectivity of a port, while it is neither deployed nor claimed. The transition is
 * recorded before it starts, so that the next attempt completes it after a crash. A node that a
 * person holds in manageable stays there. A node in maintenance, which nothing can be deployed on,
 * is a failure even without drift; its end is noticed by the next attempt.
 *
 * <p>The service user needs the role {@code admin}: Ironic hides its nodes from other users, and a
 * deleted host would count as gone.
 *
 * <table>
 * <caption>Outcome by answer of Ironic to a write</caption>
 * <tr><th>answer</th><th>outcome</th></tr>
 * <tr><td>node or port not found, wrong state</td><td>observed again; deferred for 30 s after six
 * rounds</td></tr>
 * <tr><td>locked, or in transition</td><td>deferred for 5 s</td></tr>
 * <tr><td>name or MAC address taken by another node</td><td>failed, retried after 5 minutes</td></tr>
 * <tr><td>uuid taken by a node that we cannot see</td><td>failed: the role is missing</td></tr>
 * <tr><td>connectivity of a port refused</td><td>recorded; the node returns to the pool, then
 * failed</td></tr>
 * <tr><td>403 of a protected node</td><td>as wrong state</td></tr>
 * <tr><td>anything else</td><td>see {@link doni.convergence.FailureClassifier}</td></tr>
 * </table>
 */
final class IronicWorker implements Worker {

  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final Map<String, Object> UUID = Map.of("type", "string", "format", "uuid");
  private static final Map<String, Object> PORT =
      Map.of("type", "integer", "minimum", 1, "maximum", 65_535);

  private final IronicClient client;
  private final IronicProperties.HostOnDelete hostOnDelete;
  private final Clock clock;

  IronicWorker(IronicClient client, IronicProperties.HostOnDelete hostOnDelete, Clock clock) {
    this.client = client;
    this.hostOnDelete = hostOnDelete;
    this.clock = clock;
  }

  @Override
  public String type() {
    return SharedNames.IRONIC;
  }

  @Override
  public Optional<Map<String, Object>> nameSchema() {
    return Optional.of(IronicDesiredState.nameSchema());
  }

  @Override
  public List<WorkerField> fields() {
    return List.of(
        WorkerField.of("baremetal_driver", oneOf("ipmi")).asHidden(),
        WorkerField.of("baremetal_resource_class", TEXT).asHidden(),
        WorkerField.of("baremetal_deploy_kernel_image", UUID).asHidden(),
        WorkerField.of("baremetal_deploy_ramdisk_image", UUID).asHidden(),
        WorkerField.of("baremetal_capabilities", capabilities()).asHidden(),
        WorkerField.of("ipmi_username", TEXT).asHidden(),
        WorkerField.of(IronicDesiredState.PASSWORD, TEXT).asHidden().asMasked(),
        WorkerField.of("ipmi_port", PORT).asHidden(),
        WorkerField.of("ipmi_terminal_port", PORT).asHidden());
  }

  @Override
  public Set<String> secretDetails() {
    return Set.of(IronicRecordedState.PASSWORD);
  }

  @Override
  public Set<String> privateDetails() {
    return Set.of(IronicRecordedState.PASSWORD);
  }

  /** Ironic never shows a password: the one that the lost attempt wrote is found by no reading. */
  @Override
  public Map<String, @Nullable Object> detailsAfterLoss(
      ReconcileContext lost, Map<String, Object> recorded) {
    return StateDetails.report().put(IronicRecordedState.PASSWORD, null).build();
  }

  @Override
  public Set<String> dependsOn() {
    return Set.of(SharedNames.BLAZAR_HOST);
  }

  @Override
  public List<Milestone> milestones(Map<String, Object> recorded) {
    return IronicRecordedState.milestones(new StateDetails(recorded));
  }

  @Override
  public Optional<LanePause> lanePause() {
    return client.lanePause();
  }

  @Override
  public List<Finding> check() {
    return List.of(
        client.showsAllNodes()
            ? new Finding.Ok("Ironic answers and shows all nodes")
            : new Finding.Problem(
                "the service user lacks the role admin, so Ironic hides nodes from it",
                "give the user of doni.keystone the role admin in its project"));
  }

  @Override
  public List<DiscoveredHardware> discover() {
    return client.observeAll().stream()
        .flatMap(observed ->
            observed.node().map(node -> NodeDiscovery.of(node, observed.ports())).stream())
        .sorted(Comparator.comparing(DiscoveredHardware::origin))
        .toList();
  }

  @Override
  public Optional<SiteListing> listSite() {
    Map<String, IronicNode> nodes = client.listNodes();
    SiteListing compared = device -> differs(device, nodes.get(device.id().toString()));
    SiteListing listing =
        compared.withSignals(
            SignalReport.shown(nodes.values().stream().flatMap(IronicNode::signal).toList()));
    return Optional.of(
        hostOnDelete == IronicProperties.HostOnDelete.KEEP
            ? listing
            // A host may have been kept on purpose before, so a person decides.
            : listing.withMarked(
                nodes.keySet().stream()
                    .flatMap(uuid -> MarkedObject.of("node " + uuid, uuid, false))
                    .toList()));
  }

  private static boolean differs(RecordedDevice device, @Nullable IronicNode node) {
    Optional<String> state = new StateDetails(device.details()).text(SharedNames.PROVISION_STATE);
    boolean maintained = Boolean.TRUE.equals(device.details().get(IronicPlan.MAINTENANCE));
    return state.isPresent()
        && (node == null || !state.get().equals(node.state()) || node.maintenance() != maintained);
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    return attempt.hardware().deleted() ? deletion(attempt) : enrollment(attempt);
  }

  private ReconcilePlan deletion(ReconcileContext attempt) {
    if (hostOnDelete == IronicProperties.HostOnDelete.KEEP) {
      return ReconcilePlan.settled(new Outcome.Gone(List.of()));
    }
    return observedNow(
        attempt,
        new DeletedHostStates(attempt.dependencies().containsKey(SharedNames.BLAZAR_HOST)));
  }

  private ReconcilePlan enrollment(ReconcileContext attempt) {
    Hardware hardware = attempt.hardware();
    Optional<String> problem = IronicDesiredState.problem(hardware);
    if (problem.isPresent()) {
      return ReconcilePlan.settled(Outcome.Failed.invalid(problem.get()));
    }
    HostStateMachine states =
        new EnrolledHostStates(IronicDesiredState.of(hardware), hardware.generation().value());
    if (attempt.cause() == ReconcileContext.Cause.SCHEDULED) {
      IronicPlan recalled = plan(attempt, states, client.recall(hardware.id().toString()));
      if (recalled.isSteady()) {
        return recalled;
      }
    }
    return observedNow(attempt, states);
  }

  private ReconcilePlan observedNow(ReconcileContext attempt, HostStateMachine states) {
    return plan(attempt, states, client.observe(attempt.hardware().id().toString()));
  }

  private IronicPlan plan(
      ReconcileContext attempt, HostStateMachine states, IronicObservedState observed) {
    IronicRecordedState recorded = IronicRecordedState.of(new StateDetails(attempt.details()));
    return new IronicPlan(client, attempt.hardware(), states, recorded, observed, clock);
  }

  private static Map<String, Object> capabilities() {
    return Map.of(
        "type",
        "object",
        "properties",
        Map.of(
            "boot_option", oneOf("local", "netboot", "ramdisk", "kickstart"),
            "boot_mode", oneOf("bios", "uefi"),
            "secure_boot", oneOf("true", "false"),
            "trusted_boot", oneOf("true", "false"),
            "disk_label", oneOf("msdos", "gpt")),
        "additionalProperties",
        false);
  }

  private static Map<String, Object> oneOf(String... values) {
    return Map.of("type", "string", "enum", List.of(values));
  }
}
