package doni.worker.k8s;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What of a device is in the cluster.
 *
 * @param secrets by token id; of those that matter to this attempt
 */
record Observed(Optional<ClusterNode> node, Map<String, TokenSecret> secrets, Instant at) {

  Observed {
    secrets = Map.copyOf(secrets);
  }

  Optional<TokenSecret> secret(String id) {
    return Optional.ofNullable(secrets.get(id));
  }
}
