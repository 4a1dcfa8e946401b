package doni.worker.k8s;

import static doni.convergence.HardwareFixture.anEnrolledDevice;

import doni.convergence.FaultyBench;
import doni.convergence.FaultyCalls;
import doni.convergence.HardwareFixture;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.simulator.SiteClock;
import doni.worker.ConflictFinder;
import doni.worker.SharedNames;
import doni.worker.Worker;
import doni.worker.k8s.K8sDesiredState.DesiredToken;
import doni.worker.k8s.K8sWrite.DeleteNode;
import doni.worker.k8s.K8sWrite.DeleteSecret;
import doni.worker.k8s.K8sWrite.PatchNode;
import doni.worker.k8s.K8sWrite.TaintList;
import doni.worker.k8s.K8sWrite.UpdateSecret;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The k8s worker in front of a cluster whose calls can fail. */
abstract class K8sBench extends FaultyBench<K8sClient> {

  private static final HardwareId ID = HardwareId.parse(K8sFixtures.HARDWARE);
  private static final String NODE = "pi-1";
  private static final String LABEL = "smarter-device-manager";

  private final K8sWorker worker;

  K8sBench(FaultyCalls<K8sClient> calls, K8sClient client, SiteClock clock) {
    super(calls, client, clock);
    this.worker =
        new K8sWorker(
            calls.client(),
            K8sFixtures.properties(taint()),
            K8sFixtures.MACHINE_TYPES,
            ConflictFinder.NONE,
            clock);
  }

  static boolean writes(Method method) {
    return method.getReturnType() == K8sWriteResult.class;
  }

  /** Lets the kubelet of a device register its Node; does nothing where it is registered. */
  abstract void join(String nodeName);

  /** Stops the kubelet of a device; does nothing where its Node is not registered. */
  abstract void stop(String nodeName);

  @Override
  public Worker worker() {
    return worker;
  }

  static K8sProperties.WorkerTaint taint() {
    return new K8sProperties.WorkerTaint(true, "worker-node", "true", "NoSchedule");
  }

  private static HardwareFixture device() {
    return anEnrolledDevice()
        .withId(ID)
        .named(NODE)
        .withToken(K8sFixtures.TOKEN.id() + '.' + K8sFixtures.TOKEN.secret().value());
  }

  @Override
  public Hardware hardware() {
    return device().hardware();
  }

  @Override
  public Map<String, Hardware> changedFields() {
    return Map.of(
        "name", device().named("pi-2").hardware(),
        "machine_name", device().withProperty("machine_name", "jetson-nano").hardware(),
        "local_egress", device().withProperty("local_egress", "deny").hardware(),
        "token id", device().withToken("def456.0123456789abcdef").hardware(),
        "token secret", device().withToken("abc123.fedcba9876543210").hardware());
  }

  @Override
  public void proceed(Hardware hardware) {
    super.proceed(hardware);
    if (!hardware.deleted() && client().tokenSecret(tokenId(hardware)).isPresent()) {
      join(hardware.name());
      if (!hardware.name().equals(NODE)) {
        stop(NODE);
      }
    }
  }

  private static String tokenId(Hardware hardware) {
    return hardware
        .secret(SharedNames.BOOTSTRAP_TOKEN)
        .flatMap(BootstrapToken::parse)
        .map(BootstrapToken::id)
        .orElse("");
  }

  @Override
  public Map<String, Runnable> disturbances(Hardware hardware) {
    Map<String, Runnable> disturbances = new LinkedHashMap<>();
    disturbances.put("label removed", () -> label(LABEL, null));
    disturbances.put("label changed", () -> label(LABEL, "disabled"));
    disturbances.put("managed label added", () -> label("nvidia-device-plugin/enabled", "true"));
    disturbances.put("egress denied", () -> label(ExpectedLabels.LOCAL_EGRESS, "deny"));
    disturbances.put("taint removed", this::removeTaints);
    disturbances.put("token deleted", () -> client().write(new DeleteSecret(tokenId(hardware))));
    disturbances.put("token changed", () -> client().write(new UpdateSecret(wrongToken(), "")));
    return disturbances;
  }

  private static DesiredToken wrongToken() {
    return new DesiredToken(
        new BootstrapToken(K8sFixtures.TOKEN.id(), new Secret("ffffffffffffffff")),
        K8sFixtures.HARDWARE,
        NODE,
        K8sFixtures.NOW.plus(K8sFixtures.LIFETIME));
  }

  // NullAway does not read @Nullable in the constructor of a compiled record.
  @SuppressWarnings("NullAway")
  private void label(String key, @Nullable String value) {
    Map<String, @Nullable String> labels = new HashMap<>();
    labels.put(key, value);
    client().write(new PatchNode(NODE, labels, null, List.of()));
  }

  private void removeTaints() {
    String version = client().node(NODE).orElseThrow().resourceVersion();
    client().write(new PatchNode(NODE, Map.of(), new TaintList(List.of(), version), List.of()));
  }

  @Override
  public void deleteResource(Hardware hardware) {
    client().write(new DeleteNode(NODE, client().node(NODE).orElseThrow().uid()));
  }

  @Override
  public Map<String, String> secrets() {
    String secret = K8sFixtures.TOKEN.secret().value();
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    return Map.of("token", secret, "token in base64", Base64.getEncoder().encodeToString(bytes));
  }
}
