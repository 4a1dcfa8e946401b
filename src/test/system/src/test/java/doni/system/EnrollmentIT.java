package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.kubernetes.NodeState;
import doni.simulator.kubernetes.SimulatedKubernetes;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The life of a device, from its enrollment until nothing of it is left. */
@ExtendWith(SharedSite.class)
class EnrollmentIT {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String CONFIGMAP = "smarter-device-manager/configmap";

  private final TestSite site;
  private final SimulatedKubernetes kubernetes;
  private final Owner owner;

  EnrollmentIT(TestSite site) {
    this.site = site;
    this.kubernetes = site.kubernetes();
    this.owner = site.owner("enrollment");
  }

  private Enrolled steady(String name) throws Exception {
    kubernetes.addNode(name);
    Enrolled device = owner.enroll(name);
    owner.awaitSteady(device, SOON);
    return device;
  }

  private void awaitLabels(Enrolled device, Duration atMost) {
    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(atMost)
        .untilAsserted(() ->
            assertThat(kubernetes.node(device.nodeName()))
                .map(NodeState::labels)
                .hasValueSatisfying(labels ->
                    assertThat(labels)
                        .containsEntry("smarter-device-manager", "enabled")
                        .containsEntry(CONFIGMAP, "rpi")));
  }

  @Test
  void saysWhatADeviceWaitsForUntilItsNodeJoins() throws Exception {
    Enrolled device = owner.enroll("Waits-For-Node");

    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          var task = owner.task(device);
          assertThat(task.path("state").asString("")).isEqualTo("PENDING");
          var details = task.path("state_details");
          assertThat(details.path("defer_reason").asString(""))
              .isEqualTo("No matching k8s node found");
          assertThat(details.path("attempts").asInt()).isPositive();
          OffsetDateTime since = OffsetDateTime.parse(details.path("waiting_since").asString(""));
          assertThat(OffsetDateTime.parse(details.path("next_attempt_at").asString("")))
              .isAfterOrEqualTo(since);
        });
    assertThat(kubernetes.accepts(device.bootstrapToken())).isTrue();

    kubernetes.addNode(device.name());

    owner.awaitSteady(device, SOON);
    assertThat(owner.task(device).path("state_details").propertyNames())
        .doesNotContain("defer_reason", "attempts", "waiting_since", "next_attempt_at");
    awaitLabels(device, Duration.ofSeconds(2));
  }

  @Test
  void givesANodeThatWasReplacedItsLabelsBackByItself() throws Exception {
    Enrolled device = steady("replaced-node");

    kubernetes.removeNode(device.nodeName());
    kubernetes.addNode(device.name());

    awaitLabels(device, Duration.ofSeconds(2));
  }

  @Test
  void leavesNothingOfADeletedDevice() throws Exception {
    Enrolled device = owner.enroll("deleted-device");
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(kubernetes.secret(device.secretName())).isPresent());
    kubernetes.addNode(device.name());
    owner.awaitSteady(device, SOON);

    owner.delete(device);

    assertThat(owner.http().get(device.path()).status()).isEqualTo(404);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site.database().knows(device.uuid())).isFalse());
    assertThat(kubernetes.secret(device.secretName())).isEmpty();
    assertThat(kubernetes.accepts(device.bootstrapToken())).isFalse();
    assertThat(kubernetes.node(device.nodeName()))
        .hasValueSatisfying(node ->
            assertThat(node.labels()).doesNotContainKeys("smarter-device-manager", CONFIGMAP));
  }

  @Test
  void takesTheNodeOfADeletedDeviceAlongWhereThatIsAllowed() throws Exception {
    Enrolled device = steady("deleted-node");
    kubernetes.grant("delete", "nodes");
    try {
      owner.delete(device);

      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(site.database().knows(device.uuid())).isFalse());
      assertThat(kubernetes.node(device.nodeName())).isEmpty();
    } finally {
      kubernetes.revoke("delete", "nodes");
    }
  }
}
