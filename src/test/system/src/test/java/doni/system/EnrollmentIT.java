package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.PlainClient.Reply;
import doni.simulator.kubernetes.NodeState;
import doni.simulator.kubernetes.SimulatedKubernetes;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | must be at most 63 characters",
        "edge.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | must be at most 63 characters",
        "export | must not be 'export', which is part of a path",
        "Sync | must not be 'Sync', which is part of a path",
        "5b1e6f0a-2c3d-4e5f-8a9b-0c1d2e3f4a5b | must not have the form of a UUID other than the hardware's own",
      })
  void refusesANameThatCannotJoin(String name, String text) throws Exception {
    Reply created = owner.http().post(Owner.HARDWARE, Owner.enrollment(name));
    Enrolled device = owner.enroll("renamed-" + name.length());
    Reply renamed =
        patch(
            device,
            "[{\"op\": \"replace\", \"path\": \"/name\", \"value\": \"%s\"}]".formatted(name));

    assertThat(List.of(created.status(), renamed.status())).containsOnly(400);
    assertThat(List.of(created.text("/error"), renamed.text("/error")))
        .allMatch(error -> error.contains("/name: " + text));
    owner.delete(device);
  }

  @Test
  void acceptsTheLongestNameThatCanJoin() throws Exception {
    owner.delete(owner.enroll("a".repeat(63)));
  }

  /** The kubelet has to put its name into a label, which has at most 63 characters. */
  @ParameterizedTest
  @CsvSource({"64, a, a", "64, edge., a", "100, a-, b", "253, a.b., c"})
  void refusesANameThatCannotJoin(int length, String repeated, String last) throws Exception {
    String name = repeated.repeat(length).substring(0, length - 1) + last;

    Reply reply = owner.http().post(Owner.HARDWARE, Owner.enrollment(name));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text("/error")).startsWith("/name: ").contains("63");
  }

  /** As a client sends it that holds the file format of Windows for UTF-8. */
  @Test
  void ignoresAByteOrderMark() throws Exception {
    owner.delete(
        owner.enrolled(
            owner.http().post(Owner.HARDWARE, "\ufeff" + Owner.enrollment("with-mark"))));
  }

  @Test
  void ignoresOneByteOrderMarkOnly() throws Exception {
    Enrolled device = owner.enroll("patched-with-mark");
    String patch = "[{\"op\": \"replace\", \"path\": \"/name\", \"value\": \"marked\"}]";

    assertThat(patch(device, "\ufeff\ufeff" + patch).status()).isEqualTo(400);
    assertThat(patch(device, patch + "\ufeff").status()).isEqualTo(400);
    assertThat(patch(device, "\ufeff" + patch).text("/name")).isEqualTo("marked");
    owner.delete(device);
  }

  @Test
  void warnsOfWindowsThatCannotBeReserved() throws Exception {
    Enrolled device = owner.enroll("with-windows");

    Reply reply =
        patch(
            device,
            """
            [{"op": "add", "path": "/availability/-",
              "value": {"start": "2047-01-01T00:00:00Z", "end": "2047-01-03T00:00:00Z"}},
             {"op": "add", "path": "/availability/-",
              "value": {"start": "2047-01-01T06:00:00Z", "end": "2047-01-01T12:00:00Z"}},
             {"op": "add", "path": "/availability/-",
              "value": {"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}}]
            """);
    Reply unrelated =
        patch(
            device,
            """
            [{"op": "add", "path": "/properties/local_egress", "value": "deny"}]
            """);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().path("warnings").toString())
        .contains("is in the past", "overlaps /availability/");
    assertThat(reply.body().path("warnings")).hasSize(2);
    assertThat(owner.http().get(device.path() + "availability").body().path("availability"))
        .hasSize(3);
    assertThat(unrelated.body().has("warnings")).isFalse();
    assertThat(owner.http().get(device.path()).body().has("warnings")).isFalse();
    owner.delete(device);
  }

  @Test
  void refusesAKeyThatNoPeerCanHaveAndWarnsOfTextThatIsNoKey() throws Exception {
    Enrolled device = owner.enroll("with-channel");
    String patch =
        """
        [{"op": "add", "path": "/properties/channels",
          "value": {"user": {"channel_type": "wireguard", "public_key": "%s"}}}]
        """;

    Reply zero = patch(device, patch.formatted("A".repeat(43) + "="));
    Reply text = patch(device, patch.formatted("k1"));

    assertThat(zero.status()).isEqualTo(400);
    assertThat(zero.text("/error"))
        .contains("/properties/channels/user/public_key: must not be a point of low order");
    assertThat(text.status()).isEqualTo(200);
    assertThat(text.body().path("warnings").toString()).contains("is not a WireGuard key");
    owner.delete(device);
  }

  private Reply patch(Enrolled device, String patch) throws Exception {
    return owner.http().patch(device.path(), "application/json-patch+json", patch);
  }
}
