package doni.worker.blazar;

import java.util.Set;

/** What can be reserved, and how Blazar's API speaks of it. */
enum Kind {
  /** An edge device; known by its property {@code uid}. */
  DEVICE("device", "/devices", "device", "devices", "device"),
  /** A hypervisor; known by its host name, which is the hardware's uuid. */
  HOST("host", "/os-hosts", "host", "hosts", "physical:host");

  private final String word;
  private final String path;
  private final String single;
  private final String plural;
  private final String resourceType;

  Kind(String word, String path, String single, String plural, String resourceType) {
    this.word = word;
    this.path = path;
    this.single = single;
    this.plural = plural;
    this.resourceType = resourceType;
  }

  /** For people. */
  String word() {
    return word;
  }

  /** Below the endpoint. */
  String path() {
    return path;
  }

  /** The key under which an answer holds one. */
  String single() {
    return single;
  }

  /** The key under which an answer holds several. */
  String plural() {
    return plural;
  }

  /** What a reservation calls it. */
  String resourceType() {
    return resourceType;
  }

  /** The properties that Blazar keeps apart from all others, so that they can always be changed. */
  Set<String> columns() {
    return switch (this) {
      case DEVICE -> Set.of("device_type", "device_driver");
      case HOST -> Set.of();
    };
  }
}
