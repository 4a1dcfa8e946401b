package doni.worker.k8s;

import doni.convergence.StateDetails;
import doni.enrollment.Hardware;
import doni.enrollment.LabelSyntax;
import doni.enrollment.Secret;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypeDifferences;
import doni.machinetype.MachineTypes;
import doni.worker.ConflictFinder;
import doni.worker.ConflictFinder.ConflictQuery;
import doni.worker.DeviceSignal.SignalListener;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.RequeueTrigger;
import doni.worker.SharedNames;
import doni.worker.SiteListing;
import doni.worker.Worker;
import doni.worker.Worker.Milestone;
import doni.worker.k8s.ExpectedLabels.CurrentLabels;
import doni.worker.k8s.K8sDesiredState.DesiredClusterNode;
import doni.worker.k8s.K8sDesiredState.NodeRemoval;
import doni.worker.k8s.K8sDesiredState.TokenRule;
import doni.worker.k8s.K8sProperties.OnDelete;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reconciles a device's membership in the cluster: the secret of its bootstrap token, and the
 * labels and the taint of its Node.
 *
 * <p><b>Owns</b> the secrets {@code bootstrap-token-<id>} in {@code kube-system} that carry the
 * device's UUID or exactly its token; on the Node, the configured labels, {@link
 * ExpectedLabels#LOCAL_EGRESS}, the labels that it recorded, and its taint. A deleted device's Node
 * loses them, and is deleted, after Blazar has released it. So is the Node of a former name, after
 * the device has joined under its new one and the old Node is no longer ready.
 *
 * <p><b>Reads only</b> everything else on the Node, which the device's kubelet creates. One label
 * is shared with Blazar, see {@link BlazarLabel}. The token itself is issued at enrollment, so that
 * all workers of a device see the same one.
 *
 * <p><b>Reports</b> for which name and generation it looked ({@link SharedNames#NODE_NAME}, {@link
 * SharedNames#NODE_GENERATION}): a worker that depends on it must not take the Node of a former
 * name for that of the present one.
 *
 * <table>
 * <caption>Outcome by answer</caption>
 * <tr><th>answer</th><th>outcome</th></tr>
 * <tr><td>404 for the Node</td><td>deferred until the watch reports it</td></tr>
 * <tr><td>404 or 409 for a write</td><td>the state is read again, up to six times</td></tr>
 * <tr><td>401</td><td>the kubeconfig is read again; then, as for 403, the lane is paused for
 * 30 s</td></tr>
 * <tr><td>403 for the deletion of a Node</td><td>the Node stays, and the deletion succeeds</td></tr>
 * <tr><td>any other failure</td><td>see {@link doni.convergence.FailureClassifier}</td></tr>
 * </table>
 */
final class K8sWorker implements Worker {

  /** A kubelet labels its node with its name, and a label holds at most this many characters. */
  private static final int MAX_NAME = 63;

  private static final String NAME_PATTERN =
      "^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$";

  private final K8sClient client;
  private final K8sProperties properties;
  private final ConflictFinder conflicts;
  private final CurrentLabels expectedLabels;
  private final Clock clock;
  private final NodeWatch watch;

  /**
   * @param conflicts finds the devices that have the Nodes which others had under former names
   */
  K8sWorker(
      K8sClient client,
      K8sProperties properties,
      MachineTypeCatalog machineTypes,
      ConflictFinder conflicts,
      Clock clock) {
    this.client = client;
    this.properties = properties;
    this.conflicts = conflicts;
    this.expectedLabels = new CurrentLabels(properties.labels(), machineTypes);
    this.clock = clock;
    this.watch =
        new NodeWatch(() ->
            new DesiredClusterNode(
                Map.of(),
                managedKeys(Set.of()),
                properties.workerTaint().wanted(),
                Optional.empty()));
  }

  @Override
  public String type() {
    return SharedNames.K8S;
  }

  @Override
  public boolean identifiesByName() {
    return true;
  }

  @Override
  public Optional<Map<String, Object>> nameSchema() {
    return Optional.of(Map.of("type", "string", "maxLength", MAX_NAME, "pattern", NAME_PATTERN));
  }

  @Override
  public Set<String> dependsOn() {
    return Set.of(SharedNames.BLAZAR_DEVICE);
  }

  @Override
  public List<Milestone> milestones(Map<String, Object> recorded) {
    return K8sRecordedState.milestones(new StateDetails(recorded));
  }

  @Override
  public Optional<LanePause> lanePause() {
    return client.lanePause();
  }

  @Override
  public List<Finding> check() {
    return new ClusterDiagnostics(client, properties).check();
  }

  /** The watch knows every Node, so this makes no call; while there is no watch, it knows none. */
  @Override
  public Optional<SiteListing> listSite() {
    return client.watchedNodes().map(NodeWatch::listing);
  }

  @Override
  public void reportTo(SignalListener listener) {
    watch.reportTo(listener);
  }

  @Override
  public void start(RequeueTrigger trigger) {
    watch.start(trigger);
    expectedLabels
        .catalog()
        .onChange((before, after) ->
            trigger.requeueWhere(
                MachineTypes.PROPERTY,
                MachineTypeDifferences.between(before.labels(), after.labels())));
    client.start(watch);
  }

  @Override
  public void stop() {
    client.stop();
    watch.stop();
  }

  /** Secrets of other tokens, Nodes of other names and other labels are found by the record. */
  @Override
  public Map<String, @Nullable Object> detailsAfterLoss(
      ReconcileContext lost, Map<String, Object> recorded) {
    return K8sRecordedState.of(recorded)
        .reportWith(
            K8sRecordedState.of(lost.details()),
            lost.hardware().secret(SharedNames.BOOTSTRAP_TOKEN).flatMap(BootstrapToken::parse),
            labels(lost.hardware()).keySet());
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    Optional<String> invalidProperty =
        attempt.hardware().deleted() ? Optional.empty() : invalidProperty(attempt.hardware());
    if (invalidProperty.isPresent()) {
      return ReconcilePlan.settled(Outcome.Failed.invalid(invalidProperty.get()));
    }
    K8sRecordedState recorded = K8sRecordedState.of(attempt.details());
    boolean current =
        attempt.cause() == ReconcileContext.Cause.REQUESTED || attempt.hardware().deleted();
    return new K8sPlan(client, watch, clock, desired(attempt, recorded), recorded, current);
  }

  /** Returns what only a change of the enrollment can fix. */
  private Optional<String> invalidProperty(Hardware device) {
    Optional<Secret> token = device.secret(SharedNames.BOOTSTRAP_TOKEN);
    if (token.isEmpty()) {
      return Optional.of(SharedNames.BOOTSTRAP_TOKEN + " is missing");
    }
    if (BootstrapToken.parse(token.get()).isEmpty()) {
      return Optional.of(
          SharedNames.BOOTSTRAP_TOKEN
              + ": must be 6 lower-case letters or digits, a dot, and 16 lower-case letters or digits");
    }
    if (device.name().length() > MAX_NAME || !LabelSyntax.isDnsName(nodeName(device))) {
      return Optional.of(
          "name: '%s' is not a valid Kubernetes node name; use at most %d letters, digits, '-' and '.'"
              .formatted(device.name(), MAX_NAME));
    }
    String index = properties.expectedLabelsIndexProperty();
    return device.text(index).isPresent()
        ? Optional.empty()
        : Optional.of(index + " is missing; it selects the node's labels");
  }

  private K8sDesiredState desired(ReconcileContext attempt, K8sRecordedState recorded) {
    Hardware device = attempt.hardware();

    Optional<BootstrapToken> token =
        device.secret(SharedNames.BOOTSTRAP_TOKEN).flatMap(BootstrapToken::parse);
    Set<String> formerTokenIds = new TreeSet<>();
    Stream.concat(recorded.tokenId().stream(), recorded.announcedTokenId().stream())
        .filter(id -> token.filter(t -> t.id().equals(id)).isEmpty())
        .forEach(formerTokenIds::add);
    boolean tokenIsNew = !recorded.tokenId().equals(token.map(BootstrapToken::id));
    TokenRule rule =
        new TokenRule(
            properties.tokenLifetime(),
            tokenIsNew || attempt.cause() == ReconcileContext.Cause.REQUESTED,
            recorded.tokenExpires().isPresent(),
            properties.revokeTokenWhenReady(),
            device.deleted());
    DesiredClusterNode node =
        new DesiredClusterNode(
            labels(device),
            managedKeys(recorded.labelKeys()),
            properties.workerTaint().wanted(),
            recorded.taint());
    Optional<String> blazarDevice = blazarDevice(attempt);
    return new K8sDesiredState(
        device.id().toString(),
        device.generation(),
        nodeName(device),
        formerNodes(device, recorded),
        token,
        formerTokenIds,
        rule,
        properties.onDelete() == OnDelete.DELETE_NODE ? NodeRemoval.DELETE : NodeRemoval.KEEP,
        new BlazarLabel(blazarDevice, recorded.blazarLabel()),
        device.deleted()
            ? node.withdrawn()
            : blazarDevice.isPresent() ? node.withBlazarLabel() : node);
  }

  /** Returns the Nodes of former names, without those that another device has by now. */
  private Map<String, String> formerNodes(Hardware device, K8sRecordedState recorded) {
    Map<String, String> former = new TreeMap<>(recorded.nodes());
    former.remove(nodeName(device));
    former.values().removeIf(uid -> isOfAnotherDevice(device, uid));
    return former;
  }

  private boolean isOfAnotherDevice(Hardware device, String nodeUid) {
    ConflictQuery query = new ConflictQuery(List.of(), Map.of(SharedNames.NODE_UID, nodeUid));
    return !conflicts.find(device.id(), type(), query).isEmpty();
  }

  /** Returns the id of the device in Blazar, if its worker has recorded one. */
  private static Optional<String> blazarDevice(ReconcileContext attempt) {
    return attempt
        .detailOf(SharedNames.BLAZAR_DEVICE, SharedNames.BLAZAR_RESOURCE_ID)
        .filter(id -> !id.isEmpty() && LabelSyntax.isValue(id));
  }

  private Map<String, String> labels(Hardware device) {
    Map<String, String> labels =
        new TreeMap<>(
            device
                .text(properties.expectedLabelsIndexProperty())
                .map(expectedLabels.current()::of)
                .orElse(Map.of()));
    // A Calico host policy selects "== 'deny'", so for "allow" the label has to go.
    if (device.text(SharedNames.LOCAL_EGRESS).filter("deny"::equals).isPresent()) {
      labels.put(ExpectedLabels.LOCAL_EGRESS, "deny");
    }
    return labels;
  }

  private Set<String> managedKeys(Set<String> recorded) {
    Set<String> keys = new TreeSet<>(expectedLabels.current().keys());
    keys.add(ExpectedLabels.LOCAL_EGRESS);
    keys.addAll(recorded);
    return keys;
  }

  private static String nodeName(Hardware device) {
    return device.name().toLowerCase(Locale.ROOT);
  }
}
