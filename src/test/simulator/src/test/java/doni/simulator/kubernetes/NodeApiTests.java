package doni.simulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.PlainClient.Reply;
import doni.simulator.kubernetes.NodeState.Taint;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeApiTests extends ClusterTest {

  private static final Taint OURS = new Taint("worker-node", "true", "NoSchedule");

  @BeforeEach
  void join() {
    kubernetes.addNode("Pi-01");
  }

  @Test
  void namesANodeInLowerCase() throws Exception {
    Reply reply = doni.get(NODES + "/pi-01");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text("/metadata/name")).isEqualTo("pi-01");
    assertThat(reply.text("/status/conditions/0/status")).isEqualTo("True");
  }

  @Test
  void answersAMissingNodeWithAStatus() throws Exception {
    Reply reply = doni.get(NODES + "/dev1");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.body())
        .isEqualTo(
            tree(
                """
                {'kind': 'Status', 'apiVersion': 'v1', 'metadata': {}, 'status': 'Failure',
                 'message': 'nodes ~dev1~ not found', 'reason': 'NotFound', 'code': 404,
                 'details': {'name': 'dev1', 'kind': 'nodes'}}
                """
                    .replace("~", "\\\"")));
  }

  @Test
  void listsNodesWithAVersionToWatchFrom() throws Exception {
    kubernetes.addNode("pi-02");

    Reply reply = doni.get(NODES);

    assertThat(reply.body().path("items")).hasSize(2);
    assertThat(reply.text("/metadata/resourceVersion"))
        .isEqualTo(reply.text("/items/1/metadata/resourceVersion"));
  }

  @Test
  void listsOnlyWhatASelectorMatches() throws Exception {
    kubernetes.addNode("pi-02");
    kubernetes.setLabels("pi-02", Map.of("a", "b"));

    assertThat(doni.get(NODES + "?labelSelector=a%3Db").body().path("items")).hasSize(1);
    assertThat(doni.get(NODES + "?fieldSelector=metadata.name%3Dpi-01").body().path("items"))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'a b': 'c'}",
        "{'a/b/c': 'd'}",
        "{'Upper.example/a': 'b'}",
        "{'a': '-b'}",
        "{'a': 'white space'}",
        "{'a': 5}",
        "{'a': '1234567890123456789012345678901234567890123456789012345678901234'}"
      })
  void refusesMalformedLabels(String labels) throws Exception {
    Reply reply = mergePatch("pi-01", "{'metadata': {'labels': " + labels + "}}");

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.text("/reason")).isEqualTo("Invalid");
    assertThat(reply.text("/details/causes/0/field")).isEqualTo("metadata.labels");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'a': ''}",
        "{'chi.edge/local_egress': 'deny'}",
        "{'smarter-device-manager/configmap': 'rpi'}",
        "{'a': '123456789012345678901234567890123456789012345678901234567890123'}"
      })
  void takesWellFormedLabels(String labels) throws Exception {
    assertThat(mergePatch("pi-01", "{'metadata': {'labels': " + labels + "}}").status())
        .isEqualTo(200);
  }

  @Test
  void refusesTwoTaintsWithTheSameKeyAndEffect() throws Exception {
    Reply reply =
        mergePatch(
            "pi-01",
            "{'spec': {'taints': [{'key': 'a', 'value': 'x', 'effect': 'NoSchedule'},"
                + " {'key': 'a', 'value': 'y', 'effect': 'NoSchedule'}]}}");

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.text("/details/causes/0/reason")).isEqualTo("FieldValueDuplicate");
    assertThat(reply.text("/details/causes/0/field")).isEqualTo("spec.taints[1]");
  }

  @Test
  void refusesAnUnknownEffectOfATaint() throws Exception {
    Reply reply = mergePatch("pi-01", "{'spec': {'taints': [{'key': 'a', 'effect': 'Never'}]}}");

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.text("/details/causes/0/reason")).isEqualTo("FieldValueNotSupported");
  }

  @Test
  void replacesANodeForThoseWhoMay() throws Exception {
    Reply read = admin.get(NODES + "/pi-01");

    Reply reply =
        admin.put(NODES + "/pi-01", read.body().toString().replace("\"arm64\"", "\"amd64\""));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(kubernetes.node("pi-01").orElseThrow().labels())
        .containsEntry("kubernetes.io/arch", "amd64");
  }

  @Test
  void aNodeThatJoinsAgainIsAnotherOneWithoutOurLabels() {
    kubernetes.setLabels("pi-01", Map.of("a", "b"));
    String uid = kubernetes.node("pi-01").orElseThrow().uid();

    kubernetes.removeNode("pi-01");
    kubernetes.addNode("pi-01");

    NodeState again = kubernetes.node("pi-01").orElseThrow();
    assertThat(again.uid()).isNotEqualTo(uid);
    assertThat(again.labels()).doesNotContainKey("a");
  }

  @Test
  void aNodeWithoutHeartbeatIsTaintedAsUnreachable() {
    kubernetes.setReady("pi-01", "Unknown");

    NodeState node = kubernetes.node("pi-01").orElseThrow();
    assertThat(node.ready()).isEqualTo("Unknown");
    assertThat(node.taints())
        .containsExactly(new Taint("node.kubernetes.io/unreachable", "", "NoSchedule"));
  }

  @Test
  void aNodeThatIsReadyAgainLosesTheTaintOfTheNodeControllerOnly() {
    kubernetes.setReady("pi-01", "False");
    kubernetes.setTaint("pi-01", OURS);

    kubernetes.setReady("pi-01", "True");

    assertThat(kubernetes.node("pi-01").orElseThrow().taints()).containsExactly(OURS);
  }

  @Test
  void deletesANodeOnlyWithTheRightUid() throws Exception {
    String path = NODES + "/pi-01";

    Reply refused =
        admin.send(
            "DELETE", path, "application/json", json("{'preconditions': {'uid': 'another'}}"));

    assertThat(refused.status()).isEqualTo(409);
    assertThat(admin.delete(path).text("/status")).isEqualTo("Success");
    assertThat(admin.get(path).status()).isEqualTo(404);
  }
}
