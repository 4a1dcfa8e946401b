package doni.simulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.PlainClient;
import doni.simulator.http.PlainClient.Reply;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTests extends ClusterTest {

  @BeforeEach
  void join() {
    kubernetes.addNode("pi-01");
  }

  @Test
  void refusesAnUnknownToken() throws Exception {
    try (PlainClient stranger = client("nonsense")) {
      Reply reply = stranger.get(NODES);

      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.text("/reason")).isEqualTo("Unauthorized");
    }
  }

  @Test
  void aRotatedTokenIsWorthNothing() throws Exception {
    kubernetes.rotateToken("doni");

    assertThat(doni.get(NODES).status()).isEqualTo(401);
    try (PlainClient renewed = client(kubernetes.token("doni"))) {
      assertThat(renewed.get(NODES).status()).isEqualTo(200);
    }
  }

  @Test
  void namesUserVerbAndResourceInARefusal() throws Exception {
    Reply reply = doni.delete(NODES + "/pi-01");

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.text("/message"))
        .isEqualTo(
            "nodes \"pi-01\" is forbidden: User \"doni\" cannot delete resource \"nodes\" in API"
                + " group \"\" at the cluster scope");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /api/v1/nodes",
    "PUT, /api/v1/nodes/pi-01",
    "PATCH, /api/v1/nodes/pi-01/status",
    "GET, /api/v1/namespaces/kube-system/secrets",
    "GET, /api/v1/secrets",
    "GET, /api/v1/namespaces/default/secrets/a",
    "PUT, /api/v1/namespaces/kube-system/secrets/a"
  })
  void doniHasNoOtherRights(String method, String path) throws Exception {
    assertThat(doni.send(method, path, "application/json", "{}").status()).isEqualTo(403);
  }

  @Test
  void aRightCanBeGrantedAndRevoked() throws Exception {
    kubernetes.grant("delete", "nodes");
    kubernetes.revoke("patch", "nodes");

    assertThat(mergePatch("pi-01", "{}").status()).isEqualTo(403);
    assertThat(doni.delete(NODES + "/pi-01").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "patch, nodes, '', true",
    "delete, nodes, '', false",
    "create, secrets, kube-system, true",
    "create, secrets, default, false"
  })
  void reviewsAccessAsItGrantsIt(String verb, String resource, String namespace, boolean allowed)
      throws Exception {
    Reply reply =
        doni.post(
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            json(
                """
                {'kind': 'SelfSubjectAccessReview', 'spec': {'resourceAttributes':
                 {'verb': '%s', 'resource': '%s', 'namespace': '%s'}}}
                """
                    .formatted(verb, resource, namespace)));

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.body().at("/status/allowed").asBoolean()).isEqualTo(allowed);
  }

  @Test
  void aBootstrapTokenIsAUserWithoutRights() throws Exception {
    doni.post(SECRETS, tokenSecret("abc123", "2099-01-08T12:00:00Z"));

    try (PlainClient device = client("abc123.0123456789abcdef")) {
      Reply reply = device.get(NODES);

      assertThat(reply.status()).isEqualTo(403);
      assertThat(reply.text("/message")).contains("User \"system:bootstrap:abc123\"");
    }
  }
}
