package doni.worker.blazar;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that can be reserved.
 *
 * @param name of a device the name of its Kubernetes node, of a host the hypervisor's host name
 * @param reservable false while Blazar itself holds it for unfit
 * @param createdAt as Blazar writes it: UTC, in an order that text has too
 * @param properties all else that Blazar says of it, each value as text
 */
record Resource(
    String id,
    String name,
    boolean reservable,
    @Nullable String createdAt,
    Map<String, String> properties) {

  static final String UID = "uid";

  Resource {
    properties = Map.copyOf(properties);
  }

  /** Whether it stands for the hardware of that uuid. */
  boolean standsFor(Kind kind, String uid) {
    return switch (kind) {
      case DEVICE -> uid.equals(properties.get(UID));
      case HOST -> uid.equals(name);
    };
  }
}
