package doni.worker.k8s;

import static doni.worker.k8s.K8sFixtures.aDevice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import doni.backend.BackendException;
import doni.convergence.HardwareFixture;
import doni.simulator.http.Fault;
import doni.simulator.kubernetes.SimulatedKubernetes;
import doni.worker.Change;
import doni.worker.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** How the worker handles an API server that refuses, hangs, fails or restarts. */
@ExtendWith(OutputCaptureExtension.class)
class KubeFaultsIT {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String SECRETS = "/api/v1/namespaces/kube-system/secrets";
  private static final String ANY_NODE = "/api/v1/nodes/.+";

  @TempDir Path directory = Path.of("");
  private SimulatedKubeApi api;
  private SimulatedKubernetes kube;
  private EdgeNodes nodes;
  private K8sSite site;
  private final HardwareFixture device = aDevice();

  @BeforeEach
  void open() {
    api = new SimulatedKubeApi(directory);
    kube = api.simulated();
    nodes = new EdgeNodes(api.admin());
    site = K8sSite.through(api.kubeconfig()).open();
  }

  @AfterEach
  void close() {
    site.close();
    api.close();
  }

  private K8sWorker worker() {
    return site.worker();
  }

  private void joined() {
    nodes.join(device.name());
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
  }

  private BackendException refused() {
    return catchThrowableOfType(BackendException.class, () -> device.requested(worker()));
  }

  private static String status(int code, String message) {
    return """
    {"kind":"Status","status":"Failure","message":"%s","code":%d,"details":
     {"retryAfterSeconds":7,"causes":[{"reason":"FieldValueInvalid","field":"metadata.labels"}]}}
    """
        .formatted(message, code);
  }

  @Test
  void aScheduledAttemptOfAnUnchangedDeviceMakesNoCall() {
    joined();
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          kube.calls().clear();
          assertThat(device.scheduled(worker())).isInstanceOf(Outcome.Synced.class);
          assertThat(kube.calls().total()).isZero();
        });
  }

  @Test
  void aTokenThatCannotBeWrittenIsAFailure() {
    nodes.join(device.name());
    kube.faults().add(Fault.on("POST", SECRETS).answering(500, status(500, "etcd is down")));

    assertThat(refused())
        .returns(500, BackendException::status)
        .returns(true, BackendException::write)
        .hasMessageContaining("etcd is down");
  }

  @Test
  void aTokenThatCannotBeReadIsNotMissing() {
    kube.faults().add(Fault.on("GET", SECRETS + "/.+").answering(500, status(500, "no quorum")));

    assertThat(refused()).returns(500, BackendException::status);
    assertThat(kube.calls().count("POST", SECRETS)).isZero();
  }

  @Test
  void aTokenThatCannotBeDeletedKeepsTheDeletionOpen() {
    joined();
    kube.faults().add(Fault.on("DELETE", SECRETS + "/.+").answering(503, "").once());

    device.deleted();
    assertThat(refused()).returns(503, BackendException::status);
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes.secret(device.tokenId())).isEmpty();
  }

  @Test
  void recordsTheTokenWhenTheNodeCannotBeWritten() {
    nodes.join(device.name());
    kube.faults().add(Fault.on("PATCH", ANY_NODE).answering(503, "", Map.of("Retry-After", "9")));

    Outcome outcome = device.attempted(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(true, Outcome.Failed::retryable)
        .returns(Duration.ofSeconds(9), Outcome.Failed::after);
    assertThat(device.details()).containsEntry("token_id", device.tokenId());
  }

  @Test
  void readsRetryAfterFromTheHeader() {
    kube.faults()
        .add(
            Fault.on("GET", ANY_NODE)
                .answering(429, "Too many requests", Map.of("Retry-After", "3")));

    assertThat(refused())
        .returns(429, BackendException::status)
        .satisfies(e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(3)));
  }

  @Test
  void readsRetryAfterFromTheStatus() {
    kube.faults().add(Fault.on("GET", ANY_NODE).answering(503, status(503, "starting")));

    assertThat(refused().retryAfter()).contains(Duration.ofSeconds(7));
  }

  /** What each answer of an API server leads to, for a write and for a read. */
  @ParameterizedTest
  @CsvSource({
    "400, failed for good",
    "401, lane paused",
    "403, lane paused",
    "409, deferred",
    "422, failed for good",
    "429, failed for now",
    "500, failed for now",
    "503, failed for now",
    "504, failed for now"
  })
  void everyAnswerToAWriteHasItsOutcome(int status, String expected) {
    nodes.join(device.name());
    kube.faults().add(Fault.on("POST", SECRETS).answering(status, status(status, "said so")));

    assertThat(kind(device.attempted(worker()))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "400, failed for good",
    "401, lane paused",
    "403, lane paused",
    "404, deferred",
    "429, failed for now",
    "500, failed for now",
    "503, failed for now",
    "504, failed for now"
  })
  void everyAnswerToAReadHasItsOutcome(int status, String expected) {
    nodes.join(device.name());
    kube.faults().add(Fault.on("GET", ANY_NODE).answering(status, status(status, "said so")));

    assertThat(kind(device.attempted(worker()))).isEqualTo(expected);
  }

  private static String kind(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Synced _ -> "synced";
      case Outcome.Gone _ -> "gone";
      case Outcome.Deferred deferred -> deferred.counted() ? "deferred" : "lane paused";
      case Outcome.Failed failed -> failed.retryable() ? "failed for now" : "failed for good";
    };
  }

  @Test
  void namesTheCallAndItsObject() {
    kube.faults().add(Fault.on("GET", ANY_NODE).answering(500, "etcdserver: request timed out"));

    assertThat(refused())
        .hasMessage(
            "kubernetes answered 500: etcdserver: request timed out (GET nodes/%s)"
                .formatted(device.name()));
  }

  @Test
  void doesNotRepeatTheObjectThatTheServerNames() {
    kube.revoke("get", "nodes");

    assertThat(refused())
        .hasMessage(
            "kubernetes answered 403: nodes \"%s\" is forbidden: User \"doni\" cannot get resource \"nodes\" in API group \"\" at the cluster scope"
                .formatted(device.name()));
  }

  @Test
  void namesTheCallThatWasNotAnswered() {
    kube.faults().add(Fault.on("GET", ANY_NODE).hanging());

    assertThat(refused())
        .hasMessage(
            "kubernetes: no response within 2000 ms (GET nodes/%s)".formatted(device.name()));
    kube.faults().clear();
  }

  @Test
  void aWatchThatFailsLogsOneLine(CapturedOutput output) {
    kube.revoke("list", "nodes");
    site.close();
    kube.calls().clear();
    site = K8sSite.through(api.kubeconfig()).open();

    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThat(kube.calls().count("GET", "/api/v1/nodes")).isGreaterThan(2));

    assertThat(output.getAll())
        .containsOnlyOnce("The watch on nodes failed and is opened again: ")
        .contains("cannot list resource");
  }

  @Test
  void namesInvalidFields() {
    joined();
    nodes.label(device.name(), "smarter-device-manager", "off");
    kube.faults().add(Fault.on("PATCH", ANY_NODE).answering(422, status(422, "is invalid")));

    assertThat(refused())
        .returns(422, BackendException::status)
        .hasMessageContaining("is invalid (metadata.labels)");
  }

  @Test
  void refusedTokensAreNotQuoted() {
    String secret = device.token().substring(7);
    kube.faults().add(Fault.on("POST", SECRETS).answering(422, status(422, "bad: " + secret)));

    assertThat(refused()).hasMessageContaining("bad: ****").hasMessageNotContaining(secret);
  }

  @Test
  void aMissingPermissionPausesTheLane() {
    kube.revoke("create", "secrets");

    Outcome outcome = device.attempted(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred -> assertThat(deferred.reason()).contains("403").contains("secrets"))
        .returns(Duration.ofSeconds(30), Outcome.Deferred::after);
    assertThat(worker().lanePause())
        .hasValueSatisfying(pause -> assertThat(pause.reason()).contains("403").contains("doni"));
  }

  @Test
  void rotatedCredentialsAreReadAgainAtOnce() {
    nodes.join(device.name());
    kube.rotateToken("doni");
    kube.writeKubeconfig(api.kubeconfig(), "doni");

    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(worker().lanePause()).isEmpty();
  }

  @Test
  void refusedCredentialsPauseTheLaneUntilTheKubeconfigIsReplaced() {
    nodes.join(device.name());
    kube.rotateToken("doni");

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Deferred.class);
    assertThat(worker().lanePause())
        .hasValueSatisfying(pause -> assertThat(pause.reason()).contains("401"));

    kube.writeKubeconfig(api.kubeconfig(), "doni");

    await().atMost(SOON).untilAsserted(() -> assertThat(worker().lanePause()).isEmpty());
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void aHangingServerIsATimeout() {
    kube.faults().add(Fault.on("GET", ANY_NODE).hanging());

    assertThat(refused()).returns(BackendException.Kind.TIMEOUT, BackendException::kind);
    kube.faults().clear();
  }

  @Test
  void aLostAnswerToAWriteIsNotRepeated() {
    kube.faults().add(Fault.on("POST", SECRETS).dropping().afterTheWork().once());

    assertThatThrownBy(() -> device.requested(worker())).isInstanceOf(BackendException.class);
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Deferred.class);
    assertThat(kube.calls().count("POST", SECRETS)).isOne();
  }

  @Test
  void endlessConflictsAreDeferred() {
    site.close();
    site = K8sSite.through(api.kubeconfig()).tainting("true", "NoSchedule").open();
    nodes.join(device.name());
    kube.faults().add(Fault.on("PATCH", ANY_NODE).answering(409, status(409, "modified")));

    Outcome outcome = device.requested(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(
            "another client keeps overwriting node %s; retrying".formatted(device.name()),
            Outcome.Deferred::reason);
    assertThat(outcome.changes())
        .extracting(Change::object)
        .containsExactly("secret bootstrap-token-" + device.tokenId());
    assertThat(kube.calls().matching("PATCH", ANY_NODE).stream().filter(c -> c.status() == 409))
        .hasSize(6);
  }

  @Test
  void writesAsFieldManagerDoni() {
    joined();

    assertThat(kube.calls().matching("PATCH", "/api/v1/nodes/" + device.name()))
        .allMatch(call -> call.query().contains("fieldManager=doni"))
        .isNotEmpty();
  }

  @Test
  void anOpenCircuitPausesTheLane() {
    kube.stop();

    for (int call = 0; call < 6; call++) {
      refused();
    }

    assertThat(worker().lanePause())
        .hasValueSatisfying(pause -> assertThat(pause.reason()).contains("kubernetes"));
    kube.start();
    await().atMost(SOON).untilAsserted(() -> assertThat(worker().lanePause()).isEmpty());
  }

  @Test
  void receivesEventsOfNodesAgainAfterTheServerHasRestarted() {
    kube.stop();
    kube.start();

    nodes.join(device.name());

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(site.requeued()).contains(device.name()));
  }

  @Test
  void receivesEventsOfNodesAfterItsVersionHasBecomeTooOld() {
    joined();
    kube.forgetHistory();
    kube.endWatches();
    site.requeued().clear();

    nodes.leave(device.name());

    await().atMost(SOON).untilAsserted(() -> assertThat(site.requeued()).contains(device.name()));
  }

  @Test
  void receivesEventsOfNodesWithinASecond() {
    nodes.join("first");
    await().atMost(SOON).untilAsserted(() -> assertThat(site.requeued()).contains("first"));

    nodes.join(device.name());

    await()
        .atMost(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(site.requeued()).contains(device.name()));
  }

  @Test
  void heartbeatsRequeueNothing() {
    joined();
    nodes.join("before");
    await().atMost(SOON).untilAsserted(() -> assertThat(site.requeued()).contains("before"));
    site.requeued().clear();

    kube.heartbeat(device.name());
    nodes.join("after");

    await().atMost(SOON).untilAsserted(() -> assertThat(site.requeued()).contains("after"));
    assertThat(site.requeued()).doesNotContain(device.name());
  }
}
