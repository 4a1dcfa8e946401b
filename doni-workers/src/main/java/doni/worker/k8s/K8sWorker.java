package doni.worker.k8s;

import doni.enrollment.Hardware;
import doni.enrollment.Secret;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypeDifferences;
import doni.machinetype.MachineTypes;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.RequeueTrigger;
import doni.worker.Worker;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Keeps a device's membership in the cluster: the secret of its bootstrap token, and the labels and
 * the taint of its Node.
 *
 * <p>It owns the secrets {@code bootstrap-token-<id>} in {@code kube-system} that carry the
 * device's uuid or exactly its token, and on the Node the labels it is configured with, {@link
 * ExpectedLabels#LOCAL_EGRESS}, what it recorded to have set there, and its taint. All else on the
 * Node is left alone, but for the label {@code blazar.openstack.org/device}: Blazar sets it when it
 * creates a device and never again, so that it is lost when a creation fails half-way or the Node
 * registers anew; where Blazar's worker reports a device and the label is missing, it is added, and
 * never changed or taken away. The Node itself is made by the device's kubelet; it is deleted with
 * the device once Blazar has let go of it.
 *
 * <p>The worker never issues a token: that is done at enrollment, so that all workers of a device
 * see the same one.
 *
 * <p>A Node that is missing defers. 401 (after the kubeconfig was read again) and 403 hold the
 * lane; a conflict is answered by reading and working out the difference again, a few times.
 * Everything else that the API server refuses, or does not answer, is left to the engine.
 */
final class K8sWorker implements Worker {

  static final String TOKEN_PROPERTY = "k8s_bootstrap_token";

  private static final String LOCAL_EGRESS_PROPERTY = "local_egress";
  private static final String BLAZAR = "blazar.device";
  private static final String NAME_PATTERN =
      "^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$";

  private final Cluster cluster;
  private final K8sProperties properties;
  private final LabelRules expectedLabels;
  private final Clock clock;
  private final NodeWatch watch;

  K8sWorker(
      Cluster cluster, K8sProperties properties, MachineTypeCatalog machineTypes, Clock clock) {
    this.cluster = cluster;
    this.properties = properties;
    this.expectedLabels = new LabelRules(properties.labels(), machineTypes);
    this.clock = clock;
    this.watch =
        new NodeWatch(() ->
            new NodeWish(
                Map.of(),
                managedKeys(Set.of()),
                properties.workerTaint().wanted(),
                Optional.empty()));
  }

  @Override
  public String type() {
    return "k8s";
  }

  @Override
  public boolean identifiesByName() {
    return true;
  }

  @Override
  public Optional<Map<String, Object>> nameSchema() {
    return Optional.of(Map.of("type", "string", "maxLength", 253, "pattern", NAME_PATTERN));
  }

  @Override
  public Set<String> dependsOn() {
    return Set.of(BLAZAR);
  }

  @Override
  public Optional<LanePause> lanePause() {
    return cluster.hold();
  }

  @Override
  public List<Finding> check() {
    return new ClusterCheckup(cluster, properties).look();
  }

  @Override
  public void start(RequeueTrigger nudge) {
    watch.start(nudge);
    expectedLabels
        .catalog()
        .onChange((before, after) ->
            nudge.requeueWhere(
                MachineTypes.PROPERTY,
                MachineTypeDifferences.between(before.labels(), after.labels())));
    cluster.start(watch);
  }

  @Override
  public void stop() {
    cluster.stop();
    watch.stop();
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    Optional<String> complaint =
        attempt.hardware().deleted() ? Optional.empty() : complaint(attempt.hardware());
    if (complaint.isPresent()) {
      return ReconcilePlan.settled(new Outcome.Failed(complaint.get(), false, null, Map.of()));
    }
    Desired desired = desired(attempt);
    boolean afresh =
        attempt.cause() == ReconcileContext.Cause.REQUESTED || attempt.hardware().deleted();
    Observed observed = observe(desired, afresh);
    return new K8sPlan(
        new K8sPlan.Means(
            cluster,
            watch,
            () -> observe(desired, true),
            properties.onDelete(),
            blazarDevice(attempt).isPresent()),
        desired,
        Recorded.of(attempt),
        observed,
        afresh);
  }

  /** What is wrong with the enrollment, so that only a change of it can help. */
  private Optional<String> complaint(Hardware device) {
    Optional<Secret> token = device.secret(TOKEN_PROPERTY);
    if (token.isEmpty()) {
      return Optional.of(TOKEN_PROPERTY + " is missing");
    }
    if (BootstrapToken.parse(token.get()).isEmpty()) {
      return Optional.of(
          TOKEN_PROPERTY
              + " is no bootstrap token: 6 lower-case letters or digits, a dot, 16 lower-case letters or digits");
    }
    if (!LabelSyntax.isDnsName(nodeName(device))) {
      return Optional.of(
          "the name '%s' cannot be the name of a Kubernetes node: letters, digits, '-' and '.', at most 253"
              .formatted(device.name()));
    }
    String index = properties.expectedLabelsIndexProperty();
    return device.text(index).isPresent()
        ? Optional.empty()
        : Optional.of(index + " is missing: the device's labels are found by it");
  }

  private Desired desired(ReconcileContext attempt) {
    Hardware device = attempt.hardware();
    Recorded recorded = Recorded.of(attempt);
    Optional<BootstrapToken> token = device.secret(TOKEN_PROPERTY).flatMap(BootstrapToken::parse);
    Set<String> formerTokenIds = new TreeSet<>();
    recorded
        .tokenId()
        .filter(id -> token.filter(t -> t.id().equals(id)).isEmpty())
        .ifPresent(formerTokenIds::add);
    boolean tokenIsNew = !recorded.tokenId().equals(token.map(BootstrapToken::id));
    Desired.TokenRule rule =
        new Desired.TokenRule(
            properties.tokenLifetime(),
            tokenIsNew || attempt.cause() == ReconcileContext.Cause.REQUESTED,
            recorded.tokenExpires().isPresent(),
            properties.revokeTokenWhenReady(),
            device.deleted());
    NodeWish wish =
        new NodeWish(
                labels(device),
                managedKeys(recorded.labelKeys()),
                properties.workerTaint().wanted(),
                recorded.taint())
            .adding(
                blazarDevice(attempt)
                    .map(id -> Map.of(ClusterNode.BLAZAR_DEVICE, id))
                    .orElse(Map.of()));
    return new Desired(
        device.id().toString(),
        nodeName(device),
        token,
        formerTokenIds,
        rule,
        device.deleted() ? wish.withdrawn() : wish);
  }

  /** The id of the device in Blazar, as far as its worker has reported one. */
  private static Optional<String> blazarDevice(ReconcileContext attempt) {
    Object id = attempt.dependencies().getOrDefault(BLAZAR, Map.of()).get("blazar_resource_id");
    return id instanceof String text && !text.isEmpty() && LabelSyntax.isValue(text)
        ? Optional.of(text)
        : Optional.empty();
  }

  private Map<String, String> labels(Hardware device) {
    Map<String, String> labels =
        new TreeMap<>(
            device
                .text(properties.expectedLabelsIndexProperty())
                .map(expectedLabels.current()::of)
                .orElse(Map.of()));
    // A Calico host policy selects "== 'deny'", so for "allow" the label has to go.
    if (device.text(LOCAL_EGRESS_PROPERTY).filter("deny"::equals).isPresent()) {
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

  /**
   * @param afresh whether to ask the cluster itself, or the memory of the watch will do
   */
  private Observed observe(Desired desired, boolean afresh) {
    String name = desired.nodeName();
    Optional<ClusterNode> node =
        !LabelSyntax.isDnsName(name)
            ? Optional.empty()
            : afresh ? cluster.node(name) : cluster.glance(name);
    Instant now = clock.instant();
    Set<String> ids = new LinkedHashSet<>(desired.formerTokenIds());
    if (desired.tokenRule().goal(node, now) != Desired.TokenGoal.LEFT_ALONE) {
      desired.token().map(BootstrapToken::id).ifPresent(ids::add);
    }
    Map<String, TokenSecret> secrets = new HashMap<>();
    for (String id : ids) {
      cluster.tokenSecret(id).ifPresent(secret -> secrets.put(id, secret));
    }
    return new Observed(node, secrets, now);
  }

  private static String nodeName(Hardware device) {
    return device.name().toLowerCase(Locale.ROOT);
  }
}
