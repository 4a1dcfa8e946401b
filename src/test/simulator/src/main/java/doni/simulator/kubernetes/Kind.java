package doni.simulator.kubernetes;

/** A kind of object that is served. */
enum Kind {
  NODE("Node", "nodes", false),
  SECRET("Secret", "secrets", true);

  private final String title;
  private final String plural;
  private final boolean namespaced;

  Kind(String title, String plural, boolean namespaced) {
    this.title = title;
    this.plural = plural;
    this.namespaced = namespaced;
  }

  /** As in the field {@code kind} of an object. */
  String title() {
    return title;
  }

  /** As in paths and rights. */
  String plural() {
    return plural;
  }

  boolean namespaced() {
    return namespaced;
  }
}
