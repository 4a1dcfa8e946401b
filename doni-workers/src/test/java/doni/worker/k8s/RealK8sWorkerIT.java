package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.convergence.HardwareFixture;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfEnvironmentVariable(named = "KUBEBUILDER_ASSETS", matches = ".+")
class RealK8sWorkerIT extends K8sWorkerContract {

  @TempDir static Path directory;
  private static RealKubeApi api;

  @BeforeAll
  static void startApi() {
    api = new RealKubeApi(directory);
  }

  @AfterAll
  static void stopApi() {
    api.close();
  }

  @Override
  public KubeApi api() {
    return api;
  }

  @Test
  void aKubeconfigThatIsCutOffAnywhereIsNotUsed() throws IOException {
    String whole = Files.readString(api.kubeconfig());
    Path half = directory.resolve("half.kubeconfig");
    KubeClientFactory clients = new KubeClientFactory(Duration.ofSeconds(1), Duration.ofSeconds(1));

    // Without the last few characters the key may still be whole.
    for (int length = 0; length < whole.length() - 60; length += 97) {
      String text = whole.substring(0, length);
      Files.writeString(half, text);

      assertThatThrownBy(
              () -> {
                KubeconfigContext context = KubeconfigContext.parse(half, text);
                clients.client(context, context.identity());
              })
          .isInstanceOf(KubeconfigContext.UnusableKubeconfigException.class);
    }
  }

  @Test
  void aTokenLetsADeviceJoin() throws IOException {
    HardwareFixture device = K8sFixtures.aDevice();
    try (K8sSite site = settings().open()) {
      device.requested(site.worker());
    }
    Config config = Config.fromKubeconfig(Files.readString(api.kubeconfig()));
    config.setClientCertData(null);
    config.setClientKeyData(null);
    config.setOauthToken(device.token());

    try (KubernetesClient kubelet = new KubernetesClientBuilder().withConfig(config).build()) {
      assertThatThrownBy(() -> kubelet.nodes().list())
          .hasMessageContaining("system:bootstrap:" + device.tokenId());
    }
  }
}
