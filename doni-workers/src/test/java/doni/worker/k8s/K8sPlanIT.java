package doni.worker.k8s;

import doni.convergence.HardwareFixture;
import doni.plan.PlanProperty;
import doni.worker.Change;
import doni.worker.ReconcileContext;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class K8sPlanIT {

  private static final String SECRETS = "/api/v1/namespaces/kube-system/secrets";

  @TempDir private Path directory;
  private HardwareFixture device = K8sFixtures.aDevice();

  private String callOf(Change change) {
    if (change.object().startsWith("secret ")) {
      String name = change.object().substring("secret ".length());
      return switch (change.action()) {
        case CREATE -> "POST " + SECRETS;
        case UPDATE -> "PATCH " + SECRETS + "/" + name;
        case DELETE -> "DELETE " + SECRETS + "/" + name;
      };
    }
    return (change.object().startsWith("node ") ? "DELETE" : "PATCH")
        + " /api/v1/nodes/"
        + device.name();
  }

  @Test
  void plansEqualTheCallsThatFollow() throws Exception {
    try (SimulatedKubeApi api = new SimulatedKubeApi(directory);
        K8sSite site = K8sSite.through(api.kubeconfig()).revoking().open()) {
      EdgeNodes nodes = new EdgeNodes(api.admin());
      new PlanProperty(api.simulated().calls(), this::callOf)
          .holds(
              100,
              List.of(
                  random -> machine(random),
                  _ -> newToken(),
                  _ -> join(nodes),
                  _ -> leave(nodes),
                  random -> relabel(nodes, random),
                  random -> unlabel(nodes, random),
                  _ -> loseSecret(nodes),
                  _ -> expire(nodes),
                  _ -> replace(nodes)),
              () -> site.worker().plan(device.attempt(ReconcileContext.Cause.REQUESTED)),
              () -> device.requested(site.worker()),
              _ -> {
                var _ = device.requested(site.worker());
              });
    }
  }

  private String machine(Random random) {
    String machine = random.nextBoolean() ? "raspberrypi4-64" : "jetson-nano";
    device.withProperty("machine_name", machine);
    return "machine " + machine;
  }

  private String newToken() {
    device.withToken(BootstrapToken.generate());
    return "another token";
  }

  private String join(EdgeNodes nodes) {
    if (nodes.find(device.name()).isEmpty()) {
      nodes.join(device.name());
    }
    return "the node is there";
  }

  private String leave(EdgeNodes nodes) {
    nodes.leave(device.name());
    return "the node is gone";
  }

  private String relabel(EdgeNodes nodes, Random random) {
    if (nodes.find(device.name()).isPresent()) {
      nodes.label(device.name(), "smarter-device-manager", "v" + random.nextInt(3));
    }
    return "a label of ours has another value";
  }

  private String unlabel(EdgeNodes nodes, Random random) {
    if (nodes.find(device.name()).isPresent()) {
      nodes.label(device.name(), random.nextBoolean() ? OnCluster.RPI : "another/label", null);
    }
    return "a label is gone";
  }

  private String loseSecret(EdgeNodes nodes) {
    nodes.deleteSecret(device.tokenId());
    return "the secret is gone";
  }

  private String expire(EdgeNodes nodes) {
    if (nodes.secret(device.tokenId()).isPresent()) {
      nodes.expire(device.tokenId(), Instant.now().plus(Duration.ofHours(1)));
    }
    return "the token is about to expire";
  }

  /** Deleted, or another one after that. */
  private String replace(EdgeNodes nodes) {
    if (device.attempt(ReconcileContext.Cause.REQUESTED).hardware().deleted()) {
      nodes.leave(device.name());
      device = K8sFixtures.aDevice();
      return "another device";
    }
    device.deleted();
    return "the device is deleted";
  }
}
