package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.Fault;
import doni.simulator.http.Faults.Injected;
import doni.simulator.kubernetes.SimulatedKubernetes;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A change that comes while an attempt hangs in a backend's call is not lost. */
@ExtendWith(SharedSite.class)
class ChangeDuringAttemptIT {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String CONFIGMAP = "smarter-device-manager/configmap";

  private final TestSite site;
  private final SimulatedKubernetes kubernetes;
  private final Owner owner;

  ChangeDuringAttemptIT(TestSite site) {
    this.site = site;
    this.kubernetes = site.kubernetes();
    this.owner = site.owner("changes");
  }

  private Injected hang(String method, String path) {
    return kubernetes.faults().add(Fault.on(method, path).hanging().once());
  }

  private void awaitHanging(Injected fault, Enrolled device) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          assertThat(fault.hits()).isEqualTo(1);
          assertThat(owner.state(device)).isEqualTo("IN_PROGRESS");
        });
  }

  @Test
  void labelsWhatWasPatchedWhileTheNodeWasBeingLabelled() throws Exception {
    kubernetes.addNode("patched-in-flight");
    Injected fault = hang("PATCH", "/api/v1/nodes/patched-in-flight");
    try {
      Enrolled device = owner.enroll("patched-in-flight");
      awaitHanging(fault, device);

      owner.changeMachine(device, Owner.JETSON);
      fault.clear();

      owner.awaitSteady(device, SOON);
      assertThat(kubernetes.node(device.nodeName()).orElseThrow().labels())
          .containsEntry(CONFIGMAP, "jetson");
    } finally {
      fault.clear();
    }
  }

  @Test
  void labelsWhatWasPatchedAlthoughTheOlderWriteSucceeded() throws Exception {
    kubernetes.addNode("patched-behind");
    Injected fault =
        kubernetes
            .faults()
            .add(
                Fault.on("PATCH", "/api/v1/nodes/patched-behind")
                    .delayed(Duration.ofSeconds(10))
                    .once());
    try {
      Enrolled device = owner.enroll("patched-behind");
      awaitHanging(fault, device);

      owner.changeMachine(device, Owner.JETSON);
      fault.clear();

      owner.awaitSteady(device, SOON);
      assertThat(kubernetes.node(device.nodeName()).orElseThrow().labels())
          .containsEntry(CONFIGMAP, "jetson");
    } finally {
      fault.clear();
    }
  }

  @Test
  void cleansUpADeviceThatWasDeletedWhileItsSecretWasBeingRead() throws Exception {
    kubernetes.addNode("deleted-in-flight");
    String token = "aafl1g.0123456789abcdef";
    String secret = "/api/v1/namespaces/kube-system/secrets/bootstrap-token-aafl1g";
    Injected fault = hang("GET", secret);
    try {
      Enrolled device = enroll("deleted-in-flight", token);
      awaitHanging(fault, device);

      owner.delete(device);
      fault.clear();

      awaitCleanedUp(device);
    } finally {
      fault.clear();
    }
  }

  @Test
  void cleansUpADeviceThatWasDeletedWhileItsNodeWasBeingLabelled() throws Exception {
    kubernetes.addNode("deleted-behind");
    Injected fault =
        kubernetes
            .faults()
            .add(Fault.on("PATCH", "/api/v1/nodes/deleted-behind").hanging().afterTheWork().once());
    try {
      Enrolled device = owner.enroll("deleted-behind");
      awaitHanging(fault, device);
      assertThat(kubernetes.node(device.nodeName()).orElseThrow().labels()).containsKey(CONFIGMAP);

      owner.delete(device);
      fault.clear();

      awaitCleanedUp(device);
    } finally {
      fault.clear();
    }
  }

  private Enrolled enroll(String name, String token) throws Exception {
    return owner.enrolled(
        owner
            .http()
            .post(
                Owner.HARDWARE,
                """
                {"name": "%s", "hardware_type": "device.balena", "properties": {
                  "machine_name": "%s", "contact_email": "a@example.org", "k8s_bootstrap_token": "%s"}}
                """
                    .formatted(name, Owner.RASPBERRY, token)));
  }

  private void awaitCleanedUp(Enrolled device) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site.database().knows(device.uuid())).isFalse());
    assertThat(kubernetes.secret(device.secretName())).isEmpty();
    assertThat(kubernetes.node(device.nodeName()).orElseThrow().labels())
        .doesNotContainKeys("smarter-device-manager", CONFIGMAP);
  }
}
