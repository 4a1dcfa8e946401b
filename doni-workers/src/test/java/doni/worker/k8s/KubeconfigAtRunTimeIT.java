package doni.worker.k8s;

import static doni.worker.k8s.K8sFixtures.aDevice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.convergence.HardwareFixture;
import doni.worker.LanePause;
import doni.worker.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A kubeconfig that appears late, is replaced, or is half-written needs no restart. */
@ExtendWith(OutputCaptureExtension.class)
class KubeconfigAtRunTimeIT {

  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path directory = Path.of("");
  private SimulatedKubeApi api;
  private Path file;
  private K8sSite site;
  private final HardwareFixture device = aDevice();

  @BeforeEach
  void open() {
    api = new SimulatedKubeApi(directory);
    file = directory.resolve("late.kubeconfig");
    site = K8sSite.through(file).open();
  }

  @AfterEach
  void close() {
    site.close();
    api.close();
  }

  private void written() {
    api.simulated().writeKubeconfig(file, "doni");
    await().atMost(SOON).untilAsserted(() -> assertThat(site.worker().lanePause()).isEmpty());
  }

  @Test
  void aMissingKubeconfigPausesTheLane() {
    assertThat(site.worker().lanePause())
        .hasValueSatisfying(pause ->
            assertThat(pause)
                .extracting(LanePause::reason)
                .asString()
                .isEqualTo(
                    "kubeconfig %s (doni.workers.k8s.kubeconfig-file) not found".formatted(file)));
  }

  @Test
  void anUnsetOneIsNamed() {
    try (K8sSite unset = K8sSite.through(Path.of("")).open()) {
      assertThat(unset.worker().lanePause())
          .hasValue(new LanePause("doni.workers.k8s.kubeconfig-file is not set", null));
    }
  }

  @Test
  void aNewKubeconfigRequeuesEveryNode() {
    new EdgeNodes(api.admin()).join(device.name());

    written();

    await().atMost(SOON).untilAsserted(() -> assertThat(site.requeued()).contains(device.name()));
    assertThat(device.requested(site.worker())).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void aHalfWrittenOneIsReportedWithoutItsContent(CapturedOutput output) throws IOException {
    String whole = api.simulated().kubeconfig("doni");
    Files.writeString(file, whole.substring(0, whole.indexOf("contexts:")));

    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(site.worker().lanePause().map(LanePause::reason).orElse(""))
                .contains("is invalid"));
    assertThat(output.getAll()).doesNotContain(api.simulated().token("doni"));

    written();
  }

  @Test
  void aBrokenOneLeavesTheFormerInUse(CapturedOutput output) throws IOException {
    written();
    new EdgeNodes(api.admin()).join(device.name());

    Files.writeString(file, "token: [ s3cr3t");

    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(output.getAll()).contains("the previous one stays in use"));
    assertThat(output.getAll()).doesNotContain("s3cr3t");
    assertThat(device.requested(site.worker())).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void unreadableCertificatesAreReported() throws IOException {
    Files.writeString(
        file,
        api.simulated()
            .kubeconfig("doni")
            .replaceFirst("(certificate-authority-data: ).*", "$1bm90IGEgY2VydA=="));

    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(site.worker().lanePause().map(LanePause::reason).orElse(""))
                .contains(
                    "context 'site': certificate-authority: is not readable (CertificateException)"));
  }

  @Test
  void anotherClusterIsWatchedInItsPlace() throws IOException {
    written();
    new EdgeNodes(api.admin()).join("only-in-the-first");
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site.requeued()).contains("only-in-the-first"));
    site.requeued().clear();
    Path other = Files.createDirectory(directory.resolve("other"));

    try (SimulatedKubeApi second = new SimulatedKubeApi(other)) {
      new EdgeNodes(second.admin()).join(device.name());
      second.simulated().writeKubeconfig(file, "doni");

      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(site.requeued()).contains(device.name(), "only-in-the-first"));
      assertThat(device.requested(site.worker())).isInstanceOf(Outcome.Synced.class);
      assertThat(new EdgeNodes(second.admin()).labels(device.name())).isNotEmpty();
    }
  }
}
