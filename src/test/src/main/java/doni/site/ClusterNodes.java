package doni.site;

import doni.site.blazar.Nodes;
import doni.site.kubernetes.SimulatedKubernetes;
import java.util.Map;

/** The nodes of the simulated Kubernetes, as Blazar sees and labels them. */
record ClusterNodes(SimulatedKubernetes kubernetes) implements Nodes {

  private static final String LABEL = "blazar.openstack.org/device";

  @Override
  public boolean isThere(String name) {
    return kubernetes.node(name).isPresent();
  }

  @Override
  public void label(String name, String device) {
    kubernetes.setLabels(name, Map.of(LABEL, device));
  }

  @Override
  public void unlabel(String name) {
    kubernetes.removeLabel(name, LABEL);
  }
}
