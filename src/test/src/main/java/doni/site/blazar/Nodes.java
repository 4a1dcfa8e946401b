package doni.site.blazar;

/** The nodes of the cluster, as Blazar finds them, and the label that it puts on them. */
public interface Nodes {

  boolean isThere(String name);

  /** Sets {@code blazar.openstack.org/device}. */
  void label(String name, String device);

  /** Takes that label away, where it is. */
  void unlabel(String name);
}
