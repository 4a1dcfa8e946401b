package doni.simulator.kubernetes;

import doni.simulator.http.PlainClient;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A cluster of its own for every test, and its two users. */
abstract class ClusterTest {

  static final String NODES = "/api/v1/nodes";
  static final String SECRETS = "/api/v1/namespaces/kube-system/secrets";
  static final String MERGE = "application/merge-patch+json";
  static final String STRATEGIC = "application/strategic-merge-patch+json";
  static final String JSON_PATCH = "application/json-patch+json";

  static final Clock CLOCK = Clock.systemUTC();

  final SimulatedKubernetes kubernetes = new SimulatedKubernetes(0, CLOCK);
  final PlainClient admin = client(kubernetes.token("admin"));
  final PlainClient doni = client(kubernetes.token("doni"));

  @AfterEach
  void close() {
    admin.close();
    doni.close();
    kubernetes.close();
  }

  PlainClient client(String token) {
    return new PlainClient(
        kubernetes.uri(), Map.of("Authorization", "Bearer " + token), kubernetes.authority());
  }

  PlainClient.Reply mergePatch(String node, String patch) throws IOException, InterruptedException {
    return doni.patch(NODES + "/" + node, MERGE, json(patch));
  }

  /** Lets a test write JSON with single quotes. */
  static String json(String text) {
    return text.replace('\'', '"');
  }

  static JsonNode tree(String text) {
    return JsonMapper.builder().build().readTree(json(text));
  }

  /** A bootstrap token secret with the given expiration. */
  static String tokenSecret(String id, String expiration) {
    return json(
        """
        {'metadata': {'name': 'bootstrap-token-%s'}, 'type': 'bootstrap.kubernetes.io/token',
         'stringData': {'token-id': '%1$s', 'token-secret': '0123456789abcdef',
          'usage-bootstrap-authentication': 'true', 'expiration': '%s'}}
        """
            .formatted(id, expiration));
  }
}
