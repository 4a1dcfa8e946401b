package doni.simulator;

import doni.simulator.blazar.Nodes;
import doni.simulator.ironic.SimulatedIronic;
import doni.simulator.kubernetes.SimulatedKubernetes;
import java.util.Map;

/** The simulated Kubernetes' nodes, as Blazar sees and labels them, and Ironic's, as Nova does. */
record SiteNodes(SimulatedKubernetes kubernetes, SimulatedIronic ironic) implements Nodes {

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

  /** Nova makes a hypervisor of each node that can be deployed. */
  @Override
  public boolean isHypervisor(String name) {
    return ironic
        .node(name)
        .map(node -> node.path("provision_state").asString(""))
        .filter(state -> state.equals("available") || state.equals("active"))
        .isPresent();
  }
}
