package doni.worker;

import doni.enrollment.HardwareId;
import java.util.List;
import java.util.Map;

/**
 * What the inventory knows of the other devices: for a worker whose backend does not tell whose an
 * object is, so that two devices that claim the same one must not take it from each other.
 */
public interface ConflictFinder {

  /**
   * Another device.
   *
   * @param earlier whether it was enrolled before the one that asks
   * @param deleted whether the worker is still cleaning up after it
   * @param wants whether its properties say so
   * @param reports whether the worker's own details say so
   */
  record Conflict(
      HardwareId id, boolean earlier, boolean deleted, boolean wants, boolean reports) {}

  /**
   * What is looked for. A fragment is contained in a document when each of its keys is there with a
   * value that is equal or contains the fragment's; a list contains another when each of the
   * other's elements is contained in one of its own.
   *
   * @param properties fragments, one of which the device's properties are to contain
   * @param details a fragment that the worker's details are to contain
   */
  record ConflictQuery(List<Map<String, Object>> properties, Map<String, Object> details) {
    public ConflictQuery {
      properties = List.copyOf(properties);
    }
  }

  /**
   * All devices but the asking one that want or report what is sought, the earliest first; a
   * deleted one as long as the worker has not finished with it.
   */
  List<Conflict> find(HardwareId asking, String workerType, ConflictQuery sought);

  /** Finds nothing: for a worker that is used without an inventory. */
  ConflictFinder NONE = (_, _, _) -> List.of();
}
