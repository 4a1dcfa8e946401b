package doni.worker.blazar;

import doni.worker.SharedNames;
import java.util.Set;

/** A kind of reservable resource, with what differs between the two in Blazar's API. */
enum ResourceKind {
  /** An edge device, identified by its property {@code uid}. */
  DEVICE(SharedNames.BLAZAR_DEVICE, "device", "/devices", "device", SharedNames.K8S),
  /** A hypervisor, identified by its host name, which is the hardware's uuid. */
  HOST(SharedNames.BLAZAR_HOST, "host", "/os-hosts", "physical:host", SharedNames.IRONIC);

  private final String workerType;
  private final String word;
  private final String path;
  private final String resourceType;
  private final String dependency;

  ResourceKind(
      String workerType, String word, String path, String resourceType, String dependency) {
    this.workerType = workerType;
    this.word = word;
    this.path = path;
    this.resourceType = resourceType;
    this.dependency = dependency;
  }

  /** Returns the type of the worker that serves this kind. */
  String workerType() {
    return workerType;
  }

  /** Returns the kind in a message, which is also the key of a single one in an answer. */
  String word() {
    return word;
  }

  /** Returns the key of a list in an answer. */
  String plural() {
    return word + "s";
  }

  /** Returns the path below the endpoint. */
  String path() {
    return path;
  }

  /** Returns the kind as a reservation names it. */
  String resourceType() {
    return resourceType;
  }

  /** Returns the worker that makes the node which the resource represents. */
  String dependency() {
    return dependency;
  }

  /** Returns the plugin of Blazar that serves this kind. */
  String plugin() {
    return switch (this) {
      case DEVICE -> "device.plugin";
      case HOST -> "physical.host.plugin";
    };
  }

  /** Returns the properties that Blazar stores in columns, so that they can always be changed. */
  Set<String> columns() {
    return switch (this) {
      case DEVICE -> Set.of("device_type", "device_driver");
      case HOST -> Set.of();
    };
  }
}
