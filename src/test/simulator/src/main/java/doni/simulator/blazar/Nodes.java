package doni.simulator.blazar;

/**
 * The nodes of the site, as Blazar finds them, and the label that it puts on those of the cluster.
 */
public interface Nodes {

  boolean isThere(String name);

  /** Sets {@code blazar.openstack.org/device}. */
  void label(String name, String device);

  /** Takes that label away, where it is. */
  void unlabel(String name);

  /** Whether Nova knows a hypervisor of that name by itself. */
  default boolean isHypervisor(String name) {
    return false;
  }
}
