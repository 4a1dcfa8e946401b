package doni.simulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.PlainClient.Reply;
import doni.simulator.kubernetes.NodeState.Taint;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodePatchTests extends ClusterTest {

  private static final Taint OURS = new Taint("worker-node", "true", "NoSchedule");

  @BeforeEach
  void join() {
    kubernetes.addNode("Pi-01");
  }

  @ParameterizedTest
  @ValueSource(strings = {MERGE, STRATEGIC})
  void mergePatchesTouchNamedLabelsOnly(String contentType) throws Exception {
    kubernetes.setLabels("pi-01", Map.of("old", "x", "kept", "y"));

    Reply reply =
        doni.patch(
            NODES + "/pi-01",
            contentType,
            json("{'metadata': {'labels': {'new': 'z', 'old': null, 'absent': null}}}"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(kubernetes.node("pi-01").orElseThrow().labels())
        .containsEntry("new", "z")
        .containsEntry("kept", "y")
        .doesNotContainKeys("old", "absent");
  }

  @ParameterizedTest
  @ValueSource(strings = {MERGE, STRATEGIC})
  void mergePatchesReplaceTheWholeListOfTaints(String contentType) throws Exception {
    kubernetes.setTaint("pi-01", new Taint("foreign", "x", "NoExecute"));

    doni.patch(
        NODES + "/pi-01",
        contentType,
        json(
            "{'spec': {'taints': [{'key': 'worker-node', 'value': 'true', 'effect':"
                + " 'NoSchedule'}]}}"));

    assertThat(kubernetes.node("pi-01").orElseThrow().taints()).containsExactly(OURS);
  }

  @Test
  void refusesADirectiveInAStrategicPatch() throws Exception {
    Reply reply =
        doni.patch(
            NODES + "/pi-01",
            STRATEGIC,
            json("{'spec': {'taints': [{'$patch': 'delete', 'key': 'worker-node'}]}}"));

    assertThat(reply.status()).isEqualTo(422);
  }

  @Test
  void aPatchThatChangesNothingLeavesTheVersionAlone() throws Exception {
    kubernetes.setLabels("pi-01", Map.of("a", "b"));
    String before = kubernetes.node("pi-01").orElseThrow().resourceVersion();

    Reply reply = mergePatch("pi-01", "{'metadata': {'labels': {'a': 'b', 'absent': null}}}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(kubernetes.node("pi-01").orElseThrow().resourceVersion()).isEqualTo(before);
  }

  @Test
  void refusesAPatchWithAStaleVersion() throws Exception {
    String read = kubernetes.node("pi-01").orElseThrow().resourceVersion();
    kubernetes.heartbeat("pi-01");

    Reply reply =
        mergePatch(
            "pi-01", "{'metadata': {'resourceVersion': '" + read + "', 'labels': {'a': 'b'}}}");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.text("/reason")).isEqualTo("Conflict");
    assertThat(reply.text("/message")).contains("the object has been modified");
  }

  @Test
  void takesAPatchWithTheCurrentVersion() throws Exception {
    String read = kubernetes.node("pi-01").orElseThrow().resourceVersion();

    Reply reply =
        mergePatch(
            "pi-01", "{'metadata': {'resourceVersion': '" + read + "', 'labels': {'a': 'b'}}}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text("/metadata/resourceVersion")).isNotEqualTo(read);
  }

  @Test
  void refusesAPatchForAnotherUid() throws Exception {
    Reply reply = mergePatch("pi-01", "{'metadata': {'uid': 'another', 'labels': {'a': 'b'}}}");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.text("/message")).contains("UID in precondition: another");
  }

  @Test
  void jsonPatchAddressesKeysWithASlash() throws Exception {
    Reply reply =
        doni.patch(
            NODES + "/pi-01",
            JSON_PATCH,
            json("[{'op': 'add', 'path': '/metadata/labels/chi.edge~1a', 'value': 'deny'}]"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(kubernetes.node("pi-01").orElseThrow().labels()).containsEntry("chi.edge/a", "deny");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{'op': 'remove', 'path': '/metadata/labels/absent'}]",
        "[{'op': 'test', 'path': '/metadata/name', 'value': 'other'}]",
        "[{'op': 'add', 'path': '/absent/child', 'value': 1}]"
      })
  void refusesAJsonPatchThatCannotBeCarriedOut(String patch) throws Exception {
    assertThat(doni.patch(NODES + "/pi-01", JSON_PATCH, json(patch)).status()).isEqualTo(422);
  }

  @Test
  void doesNotSimulateServerSideApply() throws Exception {
    Reply reply = doni.patch(NODES + "/pi-01", "application/apply-patch+yaml", "{}");

    assertThat(reply.status()).isEqualTo(415);
  }

  @Test
  void refusesABodyThatIsNotJson() throws Exception {
    Reply reply = mergePatch("pi-01", "{'metadata': ");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text("/reason")).isEqualTo("BadRequest");
  }

  @Test
  void aPatchOfTheNodeCannotChangeItsStatus() throws Exception {
    mergePatch("pi-01", "{'status': {'conditions': []}}");

    assertThat(kubernetes.node("pi-01").orElseThrow().ready()).isEqualTo("True");
  }

  @Test
  void refusesANodeUnderAnotherName() throws Exception {
    assertThat(mergePatch("pi-01", "{'metadata': {'name': 'pi-02'}}").status()).isEqualTo(400);
  }
}
