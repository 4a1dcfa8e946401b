package doni.worker;

import java.util.List;

/**
 * A kind of hardware that can be enrolled.
 *
 * @param workers types of the workers that serve it, in the order in which clients see them
 * @param fields its own properties; those of its workers come in addition
 */
public record HardwareType(String name, List<String> workers, List<WorkerField> fields) {

  public HardwareType {
    workers = List.copyOf(workers);
    fields = List.copyOf(fields);
  }
}
