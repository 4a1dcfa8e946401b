package doni.system;

import doni.simulator.kubernetes.SimulatedKubernetes;
import java.util.UUID;

/**
 * A device as its owner got it back.
 *
 * @param bootstrapToken not printed
 */
record Enrolled(UUID uuid, String name, String bootstrapToken) {

  String path() {
    return Owner.HARDWARE + uuid + "/";
  }

  String nodeName() {
    return SimulatedKubernetes.nodeName(name);
  }

  String nodePath() {
    return "/api/v1/nodes/" + nodeName();
  }

  String secretName() {
    return "bootstrap-token-" + bootstrapToken.substring(0, bootstrapToken.indexOf('.'));
  }

  String secretPath() {
    return "/api/v1/namespaces/kube-system/secrets/" + secretName();
  }

  @Override
  public String toString() {
    return name + " (" + uuid + ")";
  }
}
