package doni.simulator.kubernetes;

/**
 * Where an object stands among those of its kind.
 *
 * @param namespace empty for kinds that have none
 */
record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {

  static ObjectKey node(String name) {
    return new ObjectKey("", name);
  }

  static ObjectKey kubeSystem(String name) {
    return new ObjectKey("kube-system", name);
  }

  @Override
  public int compareTo(ObjectKey other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace == 0 ? name.compareTo(other.name) : byNamespace;
  }
}
