package doni.worker;

import java.util.List;
import java.util.Map;

/**
 * A kind of hardware that can be enrolled.
 *
 * @param workers types of the workers that serve it, in the order in which clients see them
 * @param fields its own properties; those of its workers come in addition
 * @param rules what a JSON schema cannot demand; asked only when the schemas are met
 */
public record HardwareType(
    String name, List<String> workers, List<WorkerField> fields, List<Rule> rules) {

  /** Demands something of the properties of an enrollment. */
  @FunctionalInterface
  public interface Rule {

    /**
     * Finds what is wrong.
     *
     * @return each violation as {@code /properties/<path>: <what is wrong>}, without values of
     *     secrets
     */
    List<String> violations(Map<String, Object> properties);

    /**
     * Finds what is accepted but will not have the effect that its owner expects.
     *
     * @return each warning as {@code /properties/<path>: <text>}, without values of secrets
     */
    default List<String> warnings(Map<String, Object> properties) {
      return List.of();
    }
  }

  public HardwareType {
    workers = List.copyOf(workers);
    fields = List.copyOf(fields);
    rules = List.copyOf(rules);
  }

  /** A type whose fields' schemas say all. */
  public HardwareType(String name, List<String> workers, List<WorkerField> fields) {
    this(name, workers, fields, List.of());
  }
}
